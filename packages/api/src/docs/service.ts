/** What `kubectl explain` says of Services. */
import type { FieldDocs } from '@pintle/machinery';

const core = (type: string) => `io.k8s.api.core.v1.${type}`;

export const serviceDocs: FieldDocs = {
  [core('Service')]: {
    about: 'One name and address in front of a changing set of pods.',
    fields: {
      apiVersion: 'Version of this notation: v1.',
      kind: 'The kind: Service.',
      metadata: 'Name, labels and other metadata.',
      spec: 'Which pods, on which ports, reached how.',
      status: 'What was last seen of its load balancer.',
    },
  },
  [core('ServiceSpec')]: {
    about: 'Which pods, on which ports, reached how.',
    fields: {
      allocateLoadBalancerNodePorts: 'Whether a LoadBalancer gets node ports. Default true.',
      clusterIP: 'The address inside the cluster; given by the server where empty, None for a headless Service.',
      clusterIPs: 'The addresses inside the cluster, one for each IP family; the first is clusterIP.',
      externalIPs: 'Addresses of nodes, not kept by Kubernetes, that also lead here.',
      externalName: 'For type ExternalName: the DNS name that stands behind.',
      externalTrafficPolicy:
        'Traffic from outside goes to pods anywhere (Cluster, default) or of the same node only (Local).',
      healthCheckNodePort: 'For externalTrafficPolicy Local: the port that says whether a node has pods.',
      internalTrafficPolicy:
        'Traffic from inside goes to pods anywhere (Cluster, default) or of the same node only (Local).',
      ipFamilies: 'IPv4, IPv6 or both, in order.',
      ipFamilyPolicy: 'SingleStack, PreferDualStack or RequireDualStack.',
      loadBalancerClass: 'Which implementation makes the load balancer.',
      loadBalancerIP: 'An address wished for the load balancer. Not every implementation heeds it.',
      loadBalancerSourceRanges: 'The addresses, as CIDRs, that may use the load balancer.',
      ports: 'The ports it is reached on, and where they lead.',
      publishNotReadyAddresses: 'Whether pods that are not ready count as well. Default false.',
      selector: 'Labels of the pods behind it. Without it somebody else writes the endpoints.',
      sessionAffinity: 'ClientIP: a client always reaches the same pod. Default None.',
      sessionAffinityConfig: 'How long a client stays with its pod.',
      trafficDistribution: 'Which pods are preferred, as PreferClose: those of the same zone.',
      type: 'ClusterIP (default), NodePort, LoadBalancer or ExternalName.',
    },
  },
  [core('ServicePort')]: {
    about: 'A port of a Service.',
    fields: {
      appProtocol: 'What is spoken there, as http or kubernetes.io/h2c.',
      name: 'Its name; needed where there are several.',
      nodePort: 'The port on every node, for NodePort and LoadBalancer; given by the server where absent.',
      port: 'The port of the Service.',
      protocol: 'TCP (default), UDP or SCTP.',
      targetPort: 'The port of the pods, by number or name; the same as port where absent.',
    },
  },
  [core('ServiceStatus')]: {
    about: 'What was last seen.',
    fields: {
      conditions: 'Conditions of the Service.',
      loadBalancer: 'Where the load balancer is reached.',
    },
  },
};
