/** What `kubectl explain` says of Ingresses and NetworkPolicies. */
import type { FieldDocs } from '@pintle/machinery';
import { kindFields } from './fields.js';

const networking = (type: string) => `io.k8s.api.networking.v1.${type}`;

export const networkingDocs: FieldDocs = {
  [networking('Ingress')]: {
    about: 'Lets HTTP in from outside, to Services by host and path.',
    fields: {
      ...kindFields('networking.k8s.io/v1', 'Ingress'),
      spec: 'Which hosts and paths lead to which Services.',
      status: 'Where traffic comes in.',
    },
  },
  [networking('IngressSpec')]: {
    about: 'Which hosts and paths lead to which Services.',
    fields: {
      defaultBackend: 'Where traffic goes that fits no rule.',
      ingressClassName: 'The IngressClass: who serves it.',
      rules: 'Which hosts and paths lead where.',
      tls: 'Certificates, by hosts.',
    },
  },
  [networking('IngressBackend')]: {
    about: 'Where traffic goes: a Service or another resource.',
    fields: {
      resource: 'An object of this namespace, in the place of a Service.',
      service: 'A Service of this namespace, and its port.',
    },
  },
  [networking('IngressServiceBackend')]: {
    about: 'A Service, and its port.',
    fields: {
      name: 'The name of the Service.',
      port: 'The port, by name or number.',
    },
  },
  [networking('ServiceBackendPort')]: {
    about: 'A port of a Service.',
    fields: {
      name: 'Its name; not with number.',
      number: 'Its number; not with name.',
    },
  },
  [networking('IngressRule')]: {
    about: 'What a host leads to.',
    fields: {
      host: 'The host, as a.example.com or *.example.com; every one where it is empty.',
      http: 'The paths of the host.',
    },
  },
  [networking('HTTPIngressRuleValue')]: {
    about: 'The paths of a host.',
    fields: {
      paths: 'Paths, and where each leads.',
    },
  },
  [networking('HTTPIngressPath')]: {
    about: 'A path, and where it leads.',
    fields: {
      backend: 'Where it leads.',
      path: 'The path; begins with a slash.',
      pathType: 'Exact, Prefix (by whole elements) or ImplementationSpecific.',
    },
  },
  [networking('IngressTLS')]: {
    about: 'A certificate, and the hosts that it is for.',
    fields: {
      hosts: 'The hosts that it is for.',
      secretName: 'The Secret of type kubernetes.io/tls that it is in.',
    },
  },
  [networking('IngressStatus')]: {
    about: 'Where traffic comes in.',
    fields: {
      loadBalancer: 'What was last seen of the load balancer.',
    },
  },
  [networking('IngressLoadBalancerStatus')]: {
    about: 'What was last seen of the load balancer.',
    fields: {
      ingress: 'Its addresses.',
    },
  },
  [networking('IngressLoadBalancerIngress')]: {
    about: 'An address of the load balancer.',
    fields: {
      hostname: 'Its name in DNS.',
      ip: 'Its IP address.',
      ports: 'Its ports.',
    },
  },
  [networking('IngressPortStatus')]: {
    about: 'A port of the load balancer.',
    fields: {
      error: 'What is wrong with it, in one word.',
      port: 'Its number.',
      protocol: 'TCP, UDP or SCTP.',
    },
  },
  [networking('IngressClass')]: {
    about: 'Names who serves Ingresses of the class.',
    fields: {
      ...kindFields('networking.k8s.io/v1', 'IngressClass'),
      spec: 'Who serves them.',
    },
  },
  [networking('IngressClassSpec')]: {
    about: 'Who serves Ingresses of the class.',
    fields: {
      controller: 'The name of the controller, as example.com/ingress. Cannot be changed.',
      parameters: 'An object with more settings for it.',
    },
  },
  [networking('IngressClassParametersReference')]: {
    about: 'An object with more settings.',
    fields: {
      apiGroup: 'Its group; empty for the core group.',
      kind: 'Its kind.',
      name: 'Its name.',
      namespace: 'Its namespace, where scope is Namespace.',
      scope: 'Cluster (default) or Namespace.',
    },
  },
  [networking('NetworkPolicy')]: {
    about: 'Says which traffic pods may have. Pods that none selects may have all.',
    fields: {
      ...kindFields('networking.k8s.io/v1', 'NetworkPolicy'),
      spec: 'Which pods, and which traffic.',
    },
  },
  [networking('NetworkPolicySpec')]: {
    about: 'Which pods, and which traffic.',
    fields: {
      egress: 'Traffic that may go out; with none, none may.',
      ingress: 'Traffic that may come in; with none, none may.',
      podSelector: 'The pods that it is about; all of the namespace where it is empty.',
      policyTypes: 'Ingress, Egress or both. Default: Ingress, and Egress where there are egress rules.',
    },
  },
  [networking('NetworkPolicyIngressRule')]: {
    about: 'Traffic that may come in.',
    fields: {
      from: 'From where; from everywhere where it is empty.',
      ports: 'To which ports; to all where it is empty.',
    },
  },
  [networking('NetworkPolicyEgressRule')]: {
    about: 'Traffic that may go out.',
    fields: {
      ports: 'To which ports; to all where it is empty.',
      to: 'To where; to everywhere where it is empty.',
    },
  },
  [networking('NetworkPolicyPort')]: {
    about: 'A port or a range of ports.',
    fields: {
      endPort: 'The last port of a range that begins with port.',
      port: 'The port, by number or by name; every one where it is empty.',
      protocol: 'TCP (default), UDP or SCTP.',
    },
  },
  [networking('NetworkPolicyPeer')]: {
    about: 'Whom traffic comes from or goes to.',
    fields: {
      ipBlock: 'Addresses; not with selectors.',
      namespaceSelector: 'Namespaces, by their labels; all where it is empty.',
      podSelector: 'Pods of those namespaces, or of this one.',
    },
  },
  [networking('IPBlock')]: {
    about: 'Addresses.',
    fields: {
      cidr: 'A range, as 192.168.1.0/24 or 2001:db8::/64.',
      except: 'Smaller ranges within that are left out.',
    },
  },
};
