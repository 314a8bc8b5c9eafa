/**
 * The cluster roles that every cluster begins with, as kube-apiserver 1.33 makes them with its default feature gates
 * (its bootstrap policy), without those of controllers. Facts only: who reconciles them is `reconcile-policy.ts`.
 */
import type { PolicyRule } from '@pintle/api/rbac/v1';
import { core, events, may, onPaths, read, readWrite, write } from './policy-rule.js';

export interface RoleFacts {
  readonly rules?: readonly PolicyRule[];
  /** The role is the sum of those that are labelled as going into it. */
  readonly sumOf?: 'admin' | 'edit' | 'view';
  /** The role goes into this one. */
  readonly into?: 'admin' | 'edit' | 'view';
}

const rbac = 'rbac.authorization.k8s.io';
const storage = 'storage.k8s.io';
const certificates = 'certificates.k8s.io';
const coordination = 'coordination.k8s.io';
const devices = 'resource.k8s.io';

/** Both delegate the question who somebody is, and what he may. */
const delegation = [
  may('create', 'authentication.k8s.io', 'tokenreviews'),
  may('create', 'authorization.k8s.io', 'subjectaccessreviews'),
];

const edited: readonly PolicyRule[] = [
  may(read, core, 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  may('impersonate', core, 'serviceaccounts'),
  may(write, core, 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  may('create', core, 'pods/eviction'),
  may(
    write,
    core,
    'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy',
  ),
  may('create', core, 'serviceaccounts/token'),
  may(
    write,
    'apps',
    'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale',
  ),
  may(write, 'autoscaling', 'horizontalpodautoscalers'),
  may(write, 'batch', 'cronjobs jobs'),
  may(
    write,
    'extensions',
    'daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale',
  ),
  may(write, 'policy', 'poddisruptionbudgets'),
  may(write, 'networking.k8s.io', 'ingresses networkpolicies'),
  may(readWrite, coordination, 'leases'),
  may(write, devices, 'resourceclaims resourceclaimtemplates'),
];

const viewed: readonly PolicyRule[] = [
  may(
    read,
    core,
    'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status',
  ),
  may(
    read,
    core,
    'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status',
  ),
  may(read, core, 'namespaces'),
  may(read, 'discovery.k8s.io', 'endpointslices'),
  may(
    read,
    'apps',
    'controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status',
  ),
  may(read, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  may(read, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  may(
    read,
    'extensions',
    'daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale',
  ),
  may(read, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  may(read, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
  may(read, devices, 'resourceclaims resourceclaims/status resourceclaimtemplates'),
];

const node: readonly PolicyRule[] = [
  may('create', 'authentication.k8s.io', 'tokenreviews'),
  may('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  may(read, core, 'services'),
  may(`create ${read}`, core, 'nodes'),
  may('patch update', core, 'nodes/status'),
  may('patch update', core, 'nodes'),
  may('create patch update', core, 'events'),
  may(read, core, 'pods'),
  may('create delete', core, 'pods'),
  may('patch update', core, 'pods/status'),
  may('create', core, 'pods/eviction'),
  may(read, core, 'configmaps secrets'),
  may('get', core, 'persistentvolumeclaims persistentvolumes'),
  may('get', core, 'endpoints'),
  may(`create ${read}`, certificates, 'certificatesigningrequests'),
  may('create delete get patch update', coordination, 'leases'),
  may('get', storage, 'volumeattachments'),
  may('create', core, 'serviceaccounts/token'),
  may('get patch update', core, 'persistentvolumeclaims/status'),
  may(read, storage, 'csidrivers'),
  may('create delete get patch update', storage, 'csinodes'),
  may(read, 'node.k8s.io', 'runtimeclasses'),
  may('get', devices, 'resourceclaims'),
  may('deletecollection', devices, 'resourceslices'),
  may(read, certificates, 'clustertrustbundles'),
];

const controllerManager: readonly PolicyRule[] = [
  events,
  may('create', coordination, 'leases'),
  may('get update', coordination, 'leases', 'kube-controller-manager'),
  may('create', core, 'secrets serviceaccounts'),
  may('delete', core, 'secrets'),
  may('get', core, 'configmaps namespaces secrets serviceaccounts'),
  may('update', core, 'secrets serviceaccounts'),
  ...delegation,
  may('list watch', '*', '*'),
  may('create', core, 'serviceaccounts/token'),
];

const scheduler: readonly PolicyRule[] = [
  events,
  may('create', coordination, 'leases'),
  may('get list update watch', coordination, 'leases', 'kube-scheduler'),
  may(readWrite, coordination, 'leasecandidates'),
  may(read, core, 'nodes'),
  may(`delete ${read}`, core, 'pods'),
  may('create', core, 'bindings pods/binding'),
  may('patch update', core, 'pods/status'),
  may(read, core, 'replicationcontrollers services'),
  may(read, 'apps extensions', 'replicasets'),
  may(read, 'apps', 'statefulsets'),
  may(read, 'policy', 'poddisruptionbudgets'),
  may(read, core, 'persistentvolumeclaims persistentvolumes'),
  ...delegation,
  may(read, storage, 'csinodes'),
  // kube-scheduler counts by these from 1.34 on, and waits for them.
  may(read, storage, 'volumeattachments'),
  may(read, core, 'namespaces'),
  may(read, storage, 'csidrivers'),
  may(read, storage, 'csistoragecapacities'),
  may(read, devices, 'deviceclasses'),
  may(`${read} patch update`, devices, 'resourceclaims'),
  may(`${read} patch update`, devices, 'resourceclaims/status'),
  may('update', core, 'pods/finalizers'),
  may(read, devices, 'resourceslices'),
];

/** Who approves by himself, and who may approve for which signer. */
const certificateRoles = Object.fromEntries([
  ...['nodeclient', 'selfnodeclient'].map((flow) => [
    `system:certificates.k8s.io:certificatesigningrequests:${flow}`,
    { rules: [may('create', certificates, `certificatesigningrequests/${flow}`)] },
  ]),
  ...['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving', 'legacy-unknown'].map((signer) => [
    `system:certificates.k8s.io:${signer}-approver`,
    { rules: [may('approve', certificates, 'signers', `kubernetes.io/${signer}`)] },
  ]),
]) as Readonly<Record<string, RoleFacts>>;

export const clusterRoles: Readonly<Record<string, RoleFacts>> = {
  'cluster-admin': { rules: [may('*', '*', '*'), onPaths('*', '*')] },
  admin: { sumOf: 'admin' },
  edit: { sumOf: 'edit', into: 'admin' },
  view: { sumOf: 'view', into: 'edit' },
  'system:aggregate-to-admin': {
    into: 'admin',
    rules: [
      may('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
      may(readWrite, rbac, 'rolebindings roles'),
    ],
  },
  'system:aggregate-to-edit': { into: 'edit', rules: edited },
  'system:aggregate-to-view': { into: 'view', rules: viewed },
  'system:auth-delegator': { rules: delegation },
  'system:basic-user': {
    rules: [
      may('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
      may('create', 'authentication.k8s.io', 'selfsubjectreviews'),
    ],
  },
  ...certificateRoles,
  'system:cluster-trust-bundle-discovery': { rules: [may(read, certificates, 'clustertrustbundles')] },
  'system:discovery': {
    rules: [onPaths('get', '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/')],
  },
  'system:heapster': {
    rules: [may(read, core, 'events namespaces nodes pods'), may(read, 'extensions', 'deployments')],
  },
  'system:kube-aggregator': { rules: [may(read, core, 'endpoints services')] },
  'system:kube-controller-manager': { rules: controllerManager },
  'system:kube-dns': {
    rules: [may('list watch', core, 'endpoints services'), may('list watch', 'discovery.k8s.io', 'endpointslices')],
  },
  'system:kube-scheduler': { rules: scheduler },
  'system:kubelet-api-admin': {
    rules: [
      may(read, core, 'nodes'),
      may('proxy', core, 'nodes'),
      may('*', core, 'nodes/log nodes/metrics nodes/proxy nodes/stats'),
      may('*', core, 'nodes/configz nodes/healthz nodes/pods'),
    ],
  },
  'system:monitoring': {
    rules: [onPaths('get', '/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')],
  },
  'system:node': { rules: node },
  'system:node-bootstrapper': { rules: [may(`create ${read}`, certificates, 'certificatesigningrequests')] },
  'system:node-problem-detector': { rules: [may('get', core, 'nodes'), may('patch', core, 'nodes/status'), events] },
  'system:node-proxier': {
    rules: [
      may('list watch', core, 'endpoints services'),
      may(read, core, 'nodes'),
      events,
      may('list watch', 'networking.k8s.io', 'servicecidrs'),
      may('list watch', 'discovery.k8s.io', 'endpointslices'),
    ],
  },
  'system:persistent-volume-provisioner': {
    rules: [
      may(`create delete ${read}`, core, 'persistentvolumes'),
      may(`${read} update`, core, 'persistentvolumeclaims'),
      may(read, storage, 'storageclasses'),
      may('watch', core, 'events'),
      events,
    ],
  },
  'system:public-info-viewer': { rules: [onPaths('get', '/healthz /livez /readyz /version /version/')] },
  'system:service-account-issuer-discovery': {
    rules: [
      onPaths(
        'get',
        '/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/',
      ),
    ],
  },
  'system:volume-scheduler': {
    rules: [
      may(`${read} patch update`, core, 'persistentvolumes'),
      may(read, storage, 'storageclasses'),
      may(`${read} patch update`, core, 'persistentvolumeclaims'),
    ],
  },
};
