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
];

/** What names end in are letters and digits that make no words. */
const nameless = 'bcdfghjklmnpqrstvwxz2456789';
const texts: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b10\.244\.\d+\.\d+\b/g, '<pod address>'],
  [/\b10\.96\.\d+\.\d+\b/g, '<cluster address>'],
  [/\bnode-\d\b/g, '<node>'],
  [new RegExp(`-[${nameless}]{6,10}(?=$|[^a-z0-9])`, 'g'), '-<hash>'],
  [new RegExp(`-[${nameless}]{5}(?=$|[^a-z0-9])`, 'g'), '-<random>'],
  [/\btick-\d{8}\b/g, 'tick-<minute>'],
  [/\b[0-9a-f]{64}\b/g, '<digest>'],
  [/\bsimulated:\/\/[0-9a-f]{16}\b/g, '<container>'],
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
const secret = new Set(['ca.crt', 'token', 'certificate', 'request']);
const hashLabels = new Set(['pod-template-hash', 'controller-revision-hash', 'controller.kubernetes.io/hash']);

function normal(value: unknown, key = '', kind = ''): unknown {
  if (typeof value === 'string') return secret.has(key) ? '<data>' : hashLabels.has(key) ? '<hash>' : plain(value);
  if (Array.isArray(value)) {
    if (key === 'managedFields') return [...new Set(value.map(managerOf))].sort();
    const list = value.map((each) => normal(each));
    return key === 'conditions' || key === 'addresses' || key === 'endpoints' || key === 'ownerReferences'
      ? list.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : list;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([each]) => !passedOver.has(each) && !(countless.has(kind) && /[gG]eneration$/.test(each)))
      .map(([each, of]) => [secret.has(each) || hashLabels.has(each) ? each : plain(each), normal(of, each, kind)])
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
  for (const event of await stage.list('Event')) {
    const { involvedObject: of, reason, message, type, source, reportingComponent, action } = event;
    if (passedOverEvents.has(reason)) continue;
    const who = source?.component ?? reportingComponent;
    const words = { type, who, reportingComponent, action, fieldPath: of.fieldPath, apiVersion: of.apiVersion };
    put(`Event ${of.kind} ${plain(of.name)} ${reason}: ${plain(message ?? '')}`, normal(words));
  }
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.sort((a, b) => (text(a) < text(b) ? -1 : 1))]),
  );
}

const text = (value: unknown) => JSON.stringify(value);

/** Differences that stay: on purpose (see `compare/known.ts`), or of the version. */
const known: readonly RegExp[] = [
  // What has its zero value in Go, and is written all the same, is left out.
  /: (null|0|"") \| absent$/,
  // The API server keeps the status of policies itself.
  /^ValidatingAdmissionPolicy .*managedFields/,
  // 1.34 counts untolerated taints together.
  /untolerated taint/,
  // 1.34's scheduler has lost the words of preemption where pods wait for claims.
  /FailedScheduling: .*unbound immediate PersistentVolumeClaims/,
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
