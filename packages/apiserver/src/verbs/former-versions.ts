/**
 * Versions of built-in kinds that kube-apiserver still reads and serves no more. A body that says to be of one is read as
 * what it says, before it is refused for its version: as the version that is served in its place, which it is nearly.
 */
import { type Kind, resolve, Schema, type SchemaNode } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import type { ResourceRegistry } from '../registry/resource-registry.js';

const workloads = ['Deployment', 'StatefulSet', 'ControllerRevision'];
const roles = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];
const reviews = [
  'SubjectAccessReview',
  'SelfSubjectAccessReview',
  'LocalSubjectAccessReview',
  'SelfSubjectRulesReview',
];
const storage = ['StorageClass', 'VolumeAttachment', 'CSIDriver', 'CSINode', 'CSIStorageCapacity'];

/** Of which version, what is served in its place, and of which kinds. */
const former: readonly (readonly [version: string, served: string, kinds: readonly string[]])[] = [
  ['apps/v1beta1', 'apps/v1', workloads],
  ['apps/v1beta2', 'apps/v1', [...workloads, 'ReplicaSet', 'DaemonSet']],
  ['extensions/v1beta1', 'apps/v1', ['Deployment', 'ReplicaSet', 'DaemonSet']],
  ['extensions/v1beta1', 'networking.k8s.io/v1', ['Ingress', 'NetworkPolicy']],
  ['authentication.k8s.io/v1alpha1', 'authentication.k8s.io/v1', ['SelfSubjectReview']],
  ['authentication.k8s.io/v1beta1', 'authentication.k8s.io/v1', ['SelfSubjectReview', 'TokenReview']],
  ['authorization.k8s.io/v1beta1', 'authorization.k8s.io/v1', reviews],
  ['autoscaling/v2beta1', 'autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['autoscaling/v2beta2', 'autoscaling/v2', ['HorizontalPodAutoscaler']],
  ['batch/v1beta1', 'batch/v1', ['CronJob']],
  ['certificates.k8s.io/v1beta1', 'certificates.k8s.io/v1', ['CertificateSigningRequest']],
  ['coordination.k8s.io/v1beta1', 'coordination.k8s.io/v1', ['Lease']],
  ['discovery.k8s.io/v1beta1', 'discovery.k8s.io/v1', ['EndpointSlice']],
  ['events.k8s.io/v1beta1', 'events.k8s.io/v1', ['Event']],
  ...['v1beta1', 'v1beta2', 'v1beta3'].map(
    (version) =>
      [
        `flowcontrol.apiserver.k8s.io/${version}`,
        'flowcontrol.apiserver.k8s.io/v1',
        ['FlowSchema', 'PriorityLevelConfiguration'],
      ] as const,
  ),
  ['networking.k8s.io/v1beta1', 'networking.k8s.io/v1', ['Ingress', 'IngressClass']],
  ['node.k8s.io/v1alpha1', 'node.k8s.io/v1', ['RuntimeClass']],
  ['node.k8s.io/v1beta1', 'node.k8s.io/v1', ['RuntimeClass']],
  ['policy/v1beta1', 'policy/v1', ['PodDisruptionBudget', 'Eviction']],
  ['rbac.authorization.k8s.io/v1alpha1', 'rbac.authorization.k8s.io/v1', roles],
  ['rbac.authorization.k8s.io/v1beta1', 'rbac.authorization.k8s.io/v1', roles],
  ['scheduling.k8s.io/v1alpha1', 'scheduling.k8s.io/v1', ['PriorityClass']],
  ['scheduling.k8s.io/v1beta1', 'scheduling.k8s.io/v1', ['PriorityClass']],
  ['storage.k8s.io/v1alpha1', 'storage.k8s.io/v1', ['VolumeAttachment', 'CSIStorageCapacity']],
  ['storage.k8s.io/v1beta1', 'storage.k8s.io/v1', storage],
];

/** What a body that says to be of this is read as; undefined where there is no such kind. */
export function readAs(registry: ResourceRegistry, apiVersion: string, kind: string): Resource | undefined {
  const served = registry.byObject({ apiVersion, kind });
  if (served !== undefined) return served;
  const [, now] = former.find(([version, , kinds]) => version === apiVersion && kinds.includes(kind)) ?? [];
  const resource = now === undefined ? undefined : registry.byObject({ apiVersion: now, kind });
  return resource === undefined ? undefined : { ...resource, kind: formerKind(resource.kind, apiVersion) };
}

const kinds = new WeakMap<Kind, Map<string, Kind>>();

/** The same one each time. */
function formerKind(kind: Kind, apiVersion: string): Kind {
  let known = kinds.get(kind);
  if (known === undefined) kinds.set(kind, (known = new Map()));
  let made = known.get(apiVersion);
  if (made === undefined) {
    const version = apiVersion.split('/').at(-1)!;
    const node = typesOf(version)(kind.schema.node);
    const isReview = kind.group === 'authorization.k8s.io';
    made = { ...kind, version, schema: new Schema(isReview ? withGroup(node) : node) };
    known.set(apiVersion, made);
  }
  return made;
}

/** The same types, by their names in another version. */
function typesOf(version: string): (place: SchemaNode) => SchemaNode {
  const made = new Map<SchemaNode, SchemaNode>();
  const renamed = (place: SchemaNode): SchemaNode => {
    const type = resolve(place);
    const known = made.get(type);
    if (known !== undefined) return known;
    const { name, properties, items, values } = type;
    const later = (inner: SchemaNode): SchemaNode => ({ ...inner, ref: () => renamed(inner) });
    const node: SchemaNode = {
      ...type,
      ...(name?.startsWith('io.k8s.api.') ? { name: name.replace(/\.v\d\w*(?=\.[^.]*$)/, `.${version}`) } : {}),
      ...(properties === undefined
        ? {}
        : { properties: Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, later(each)])) }),
      ...(items === undefined ? {} : { items: later(items) }),
      ...(values === undefined ? {} : { values: later(values) }),
    };
    made.set(type, node);
    return node;
  };
  return renamed;
}

/** The groups of whom a review asks about had another name. */
function withGroup(node: SchemaNode): SchemaNode {
  const { spec } = node.properties ?? {};
  const of = spec?.ref?.() ?? spec;
  const { groups, ...others } = of?.properties ?? {};
  if (of === undefined || groups === undefined) return node;
  return { ...node, properties: { ...node.properties, spec: { ...of, properties: { ...others, group: groups } } } };
}
