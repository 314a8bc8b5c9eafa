/**
 * What controllers have left behind in a story: every object of its namespace (and those named after it), with the
 * Events. Taken out is what no two runs have in common: identifiers, times, addresses, hashes and random ends of names.
 */
import type { KindRef, KubernetesObject } from '@pintle/machinery';
import { between } from '../compare/difference.js';
import { knownKind, type Loose, type Stage } from './stage.js';

/** By what it is of, each once or more. */
export type Leavings = Readonly<Record<string, readonly unknown[]>>;

const kinds = [
  ...['Pod', 'ReplicationController', 'Service', 'Endpoints', 'ConfigMap', 'Secret', 'ServiceAccount', 'ResourceQuota'],
  ...['PersistentVolumeClaim', 'PersistentVolume', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'],
  ...['ControllerRevision', 'Job', 'CronJob', 'HorizontalPodAutoscaler', 'PodDisruptionBudget', 'EndpointSlice'],
  ...['ResourceClaim', 'CertificateSigningRequest', 'ClusterRole', 'ValidatingAdmissionPolicy', 'Namespace', 'Node'],
  ...['ServiceCIDR', 'StorageClass'],
];

/** What names end in are letters and digits that make no words. */
const nameless = 'bcdfghjklmnpqrstvwxz2456789';
const texts: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b10\.244\.\d+\.\d+\b/g, '<pod address>'],
  [/\bfd00:10:244:[0-9a-f]*(::)?/g, '<pod address>'],
  [/\b10\.96\.\d+\.\d+\b/g, '<cluster address>'],
  [/\bnode-\d\b/g, '<node>'],
  [new RegExp(`-[${nameless}]{6,10}(?=$|[^a-z0-9])`, 'g'), '-<hash>'],
  [new RegExp(`-[${nameless}]{5}(?=$|[^a-z0-9])`, 'g'), '-<random>'],
  [/-\d{8}\b/g, '-<minute>'],
  [/\b[0-9a-f]{64}\b/g, '<digest>'],
  [/\bsimulated:\/\/[0-9a-f]{16}\b/g, '<container>'],
  // Any volume of several that are alike may be the one of a claim.
  [/\bs-statefulset-\d\b/g, 's-statefulset-<number>'],
  // Upstream's autoscalers of one target come in any order.
  [/(HPAs: )\[.*\]/g, '$1<autoscalers>'],
  // How far a rollout goes at once is a matter of who is faster.
  [/\bfrom \d+ to \d+\b/g, 'from <count> to <count>'],
];

const plain = (text: string) => texts.reduce((left, [pattern, word]) => left.replaceAll(pattern, word), text);

/** Differ with every object, or tell of it by what is left out. */
const passedOver = new Set([
  ...['uid', 'resourceVersion', 'creationTimestamp', 'nodePort', 'healthCheckNodePort', 'images', 'zone'],
  'endpoints.kubernetes.io/last-change-trigger-time',
]);
/** Of kinds whose objects change as often as somebody looks. */
const countless = new Set(['ReplicaSet', 'EndpointSlice']);
/** Told by kubelets, which are the same everywhere, and only where an image was not there before. */
const passedOverEvents = new Set(['Pulling', 'Pulled']);
/** Told as often as somebody looks, or in as many steps as it takes. */
const repeated = new Set([
  'WaitForFirstConsumer',
  'ExternalProvisioning',
  'FailedBinding',
  'NoPods',
  'Killing',
  'ScalingReplicaSet',
]);
/** In no order that means something. */
const unordered = new Set(['conditions', 'addresses', 'endpoints', 'ownerReferences', 'ports', 'subsets']);
const secret = new Set(['ca.crt', 'token', 'certificate', 'request']);
const hashLabels = new Set(['pod-template-hash', 'controller-revision-hash', 'controller.kubernetes.io/hash']);

function normal(value: unknown, key = '', kind = ''): unknown {
  if (typeof value === 'string') return secret.has(key) ? '<data>' : hashLabels.has(key) ? '<hash>' : plain(value);
  if (Array.isArray(value)) {
    if (key === 'managedFields') return [...new Set(value.map(managerOf))].sort();
    const list = value.map((each) => normal(each));
    return unordered.has(key) ? list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([each]) => !passedOver.has(each) && !(countless.has(kind) && /[gG]eneration$/.test(each)))
      .map(([each, of]) => [secret.has(each) || hashLabels.has(each) ? each : plain(each), normal(of, each, kind)])
      .filter(([each, of]) => each !== 'annotations' || text(of) !== '{}')
      .sort(([a], [b]) => (a! < b! ? -1 : 1)),
  );
}

const managerOf = ({ manager, operation, subresource, apiVersion }: Loose) =>
  [manager, operation, subresource, apiVersion].filter(Boolean).join(' ');

export async function leavingsOf(stage: Stage): Promise<Leavings> {
  const found = new Map<string, unknown[]>();
  const put = (name: string, value: unknown) => found.set(name, [...(found.get(name) ?? []), value]);
  for (const name of kinds) {
    const kind: KindRef<KubernetesObject> = knownKind(name);
    for (const object of await stage.list(name).catch(() => [])) {
      const own = object.metadata.name as string;
      if (kind.scope === 'Cluster' && own !== stage.namespace && !own.startsWith(`${stage.namespace}-`)) continue;
      if (own === 'kube-root-ca.crt') continue;
      put(`${name} ${plain(own)}`, normal(object, '', name));
    }
  }
  const counts = new Map<string, number>();
  for (const event of await stage.list('Event')) {
    const { involvedObject: of, reason, message, type, source, reportingComponent, action } = event;
    if (passedOverEvents.has(reason)) continue;
    const who = source?.component ?? reportingComponent;
    const words = { type, who, reportingComponent, action, fieldPath: of.fieldPath, apiVersion: of.apiVersion };
    const name = `Event ${of.kind} ${plain(of.name)} ${reason}: ${plain(message ?? '')}`;
    put(name, normal(words));
    if (type !== 'Warning' && !repeated.has(reason))
      counts.set(name, (counts.get(name) ?? 0) + (event.count ?? event.series?.count ?? 1));
  }
  for (const [name, count] of counts) put(`Count of ${name}`, count);
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.sort((a, b) => (text(a) < text(b) ? -1 : 1))]),
  );
}

const text = (value: unknown) => JSON.stringify(value);

/** Differences that stay: on purpose (see `compare/known.ts`), or of the version. */
const known: readonly RegExp[] = [
  // What has its zero value in Go, and is written all the same, is left out.
  /: (null|0|"") \| absent$/,
  /: null \| \[\]$/,
  // The API server keeps the status of policies itself.
  /^ValidatingAdmissionPolicy .*managedFields/,
  // Upstream replaces a slice's metadata where it writes it anew.
  /^EndpointSlice .*generateName: absent/,
  // 1.34 counts untolerated taints together.
  /untolerated taint/,
  // 1.34's scheduler has lost the words of preemption where pods wait for claims.
  /FailedScheduling: .*(unbound immediate PersistentVolumeClaims|persistentvolumeclaim|PVC )/,
  /FailedScheduling: running PreFilter plugin "VolumeBinding"/,
  /: .*was not created for pod .* not found"/,
];

/** Left of `|` what the first left behind, right what the second did. */
export function leavingsApart(expected: Leavings, actual: Leavings): readonly string[] {
  const lines: string[] = [];
  for (const name of [...new Set([...Object.keys(expected), ...Object.keys(actual)])].sort()) {
    const [left = [], right = []] = [expected[name], actual[name]];
    if (left.length === 0 || right.length === 0) {
      lines.push(`${left.length === 0 ? '+' : '-'} ${name}`);
      continue;
    }
    if (left.length !== right.length && !name.startsWith('Event '))
      lines.push(`${name}: ${left.length} | ${right.length}`);
    const pairs = Math.min(left.length, right.length);
    const own = new Set<string>();
    for (let index = 0; index < pairs; index++)
      for (const line of between('', left[index], right[index])) own.add(line);
    lines.push(...[...own].map((line) => `${name} ${line}`));
  }
  return lines.filter((line) => !known.some((pattern) => pattern.test(line)));
}
