/** What field selectors may ask of each kind, beside its name and namespace. */
import type { Job } from '../batch/v1/index.js';
import type { CertificateSigningRequest } from '../certificates/v1/index.js';
import type { ClusterTrustBundle } from '../certificates/v1beta1/index.js';
import type { Secret } from '../core/v1/config.js';
import type { Event } from '../core/v1/event.js';
import type { Namespace } from '../core/v1/namespace.js';
import type { Node } from '../core/v1/node.js';
import type { Pod } from '../core/v1/pod.js';
import type { ReplicationController } from '../core/v1/replication.js';
import type { Service } from '../core/v1/service.js';
import type { ResourceSlice } from '../resource/v1beta2/index.js';

// biome-ignore lint/suspicious/noExplicitAny: each kind reads its own objects.
type Readers = Readonly<Record<string, (object: any) => string>>;

const text = (value: string | number | boolean | undefined) => (value === undefined ? '' : String(value));

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const;

const subjectFields = (name: string): Readers =>
  Object.fromEntries(
    involved.map((key) => [`${name}.${key}`, ({ involvedObject }: Event) => text(involvedObject?.[key])]),
  );

const commonEventFields: Readers = {
  reason: ({ reason }: Event) => text(reason),
  type: ({ type }: Event) => text(type),
};

/** Of Events as the newer group has them. */
export const newEventFields: Readers = {
  ...subjectFields('regarding'),
  ...commonEventFields,
  reportingController: ({ reportingComponent }: Event) => text(reportingComponent),
};

export const selectableFields: Readonly<Record<string, Readers>> = {
  '/Pod': {
    'spec.nodeName': ({ spec }: Pod) => text(spec?.nodeName),
    'spec.restartPolicy': ({ spec }: Pod) => text(spec?.restartPolicy),
    'spec.schedulerName': ({ spec }: Pod) => text(spec?.schedulerName),
    'spec.serviceAccountName': ({ spec }: Pod) => text(spec?.serviceAccountName),
    'spec.hostNetwork': ({ spec }: Pod) => text(spec?.hostNetwork ?? false),
    'status.phase': ({ status }: Pod) => text(status?.phase),
    'status.podIP': ({ status }: Pod) => text(status?.podIP),
    // Known to kube-apiserver, and of no pod.
    'status.podIPs': () => '',
    'status.nominatedNodeName': ({ status }: Pod) => text(status?.nominatedNodeName),
  },
  '/Node': { 'spec.unschedulable': ({ spec }: Node) => text(spec?.unschedulable ?? false) },
  '/Namespace': { 'status.phase': ({ status }: Namespace) => text(status?.phase) },
  '/ReplicationController': {
    'status.replicas': ({ status }: ReplicationController) => text(status?.replicas ?? 0),
  },
  '/Service': {
    'spec.clusterIP': ({ spec }: Service) => text(spec?.clusterIP),
    'spec.type': ({ spec }: Service) => text(spec?.type),
  },
  '/Secret': { type: ({ type }: Secret) => text(type) },
  '/Event': {
    ...subjectFields('involvedObject'),
    ...commonEventFields,
    reportingComponent: ({ reportingComponent }: Event) => text(reportingComponent),
    source: ({ source, reportingComponent }: Event) => text(source?.component ?? reportingComponent),
  },
  'batch/Job': { 'status.successful': ({ status }: Job) => text(status?.succeeded ?? 0) },
  'certificates.k8s.io/CertificateSigningRequest': {
    'spec.signerName': ({ spec }: CertificateSigningRequest) => text(spec.signerName),
  },
  'certificates.k8s.io/ClusterTrustBundle': {
    'spec.signerName': ({ spec }: ClusterTrustBundle) => text(spec.signerName),
  },
  'resource.k8s.io/ResourceSlice': {
    'spec.nodeName': ({ spec }: ResourceSlice) => text(spec.nodeName),
    'spec.driver': ({ spec }: ResourceSlice) => text(spec.driver),
  },
};
