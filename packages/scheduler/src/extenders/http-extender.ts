/**
 * An extender over HTTP, as KubeSchedulerConfiguration describes it: JSON of `k8s.io/kube-scheduler/extender/v1`, posted
 * to `urlPrefix/verb`.
 */
import type { Node, Pod } from '@pintle/api/core/v1';
import { type Clock, parseGoDuration, parseJson, stringifyJson, withTimeout } from '@pintle/machinery';
import type { ExtenderConfiguration } from '../configuration/notation.js';
import type { PodInfo } from '../nodes/pod-info.js';
import type { Candidate } from '../preemption/candidate.js';
import type { Extender, ExtenderVerdict } from './extender.js';

/** As much of `fetch` as is needed here. TLS of the configuration is its affair. */
export type ExtenderFetch = (
  url: string,
  init: { method: string; headers: Record<string, string>; body: string; signal: AbortSignal },
) => Promise<{ readonly status: number; text(): Promise<string> }>;

export interface HttpExtenderOptions {
  readonly fetch: ExtenderFetch;
  readonly clock: Clock;
}

/** The largest answer that is read. */
const answerMaxChars = 64 * 1024 * 1024;

type Fields = Readonly<Record<string, unknown>>;

export function httpExtender(configuration: ExtenderConfiguration, options: HttpExtenderOptions): Extender {
  const { urlPrefix, filterVerb, prioritizeVerb, preemptVerb, bindVerb, nodeCacheCapable = false } = configuration;
  const { managedResources = [], ignorable = false, weight = 1, httpTimeout } = configuration;
  const managed = new Set(managedResources.map(({ name }) => name));
  const prefix = urlPrefix.replace(/\/+$/, '');
  const timeoutMs = parseGoDuration(httpTimeout ?? '') || 5000;

  const post = async (verb: string, body: object): Promise<unknown> => {
    const url = `${prefix}/${verb}`;
    const answer = await withTimeout(options.clock, timeoutMs, `the answer of ${url}`, async (signal) => {
      const headers = { 'content-type': 'application/json' };
      const response = await options.fetch(url, { method: 'POST', headers, body: stringifyJson(body), signal });
      if (response.status !== 200)
        throw new Error(`failed ${verb} with extender at URL ${url}, code ${response.status}`);
      return response.text();
    });
    if (answer.length > answerMaxChars)
      throw new Error(`the answer of ${url} is longer than ${answerMaxChars} characters`);
    return parseJson(answer);
  };
  const argsOf = (pod: PodInfo, nodes: readonly Node[]) => ({
    Pod: pod.pod,
    ...(nodeCacheCapable
      ? { NodeNames: nodes.map(nameOf) }
      : { Nodes: { kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: nodes } }),
  });

  return {
    name: urlPrefix,
    ignorable,
    weight,
    isInterested: ({ requests }) =>
      managed.size === 0 || requests.scalars.some(({ name, amount }) => amount > 0 && managed.has(name)),
    ...(filterVerb && {
      filter: async (pod, nodes) => filterVerdict(fieldsOf(await post(filterVerb, argsOf(pod, nodes)))),
    }),
    ...(prioritizeVerb && {
      prioritize: async (pod, nodes) => hostScores(await post(prioritizeVerb, argsOf(pod, nodes))),
    }),
    ...(preemptVerb && {
      preempt: async (pod, candidates) => {
        const body = {
          Pod: pod.pod,
          ...(nodeCacheCapable
            ? { NodeNameToMetaVictims: byNode(candidates, ({ pod: { metadata } }) => ({ UID: metadata.uid })) }
            : { NodeNameToVictims: byNode(candidates, ({ pod: victim }): Pod => victim) }),
        };
        return agreedCandidates(fieldsOf(await post(preemptVerb, body)), candidates);
      },
    }),
    ...(bindVerb && {
      bind: async ({ name, namespace, uid }, nodeName) => {
        const body = { PodName: name, PodNamespace: namespace, PodUID: uid, Node: nodeName };
        const fault = field(fieldsOf(await post(bindVerb, body)), 'Error');
        if (typeof fault === 'string' && fault !== '') throw new Error(fault);
      },
    }),
  };
}

const nameOf = ({ metadata }: Node) => metadata.name ?? '';

function filterVerdict(answer: Fields): ExtenderVerdict {
  const fault = field(answer, 'Error');
  if (typeof fault === 'string' && fault !== '') throw new Error(fault);
  const names = field(answer, 'NodeNames');
  const nodes = field(fieldsOf(field(answer, 'Nodes') ?? {}), 'items');
  const given = Array.isArray(names) ? names.map(String) : Array.isArray(nodes) ? (nodes as Node[]).map(nameOf) : [];
  return {
    nodeNames: given,
    failed: reasonsOf(field(answer, 'FailedNodes')),
    failedAndUnresolvable: reasonsOf(field(answer, 'FailedAndUnresolvableNodes')),
  };
}

function reasonsOf(given: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(fieldsOf(given ?? {})).map(([node, reason]) => [node, String(reason)]));
}

function hostScores(answer: unknown): ReadonlyMap<string, number> {
  if (!Array.isArray(answer)) throw new Error('the answer is no list of scores');
  return new Map(
    answer.map((entry) => {
      const score = Number(field(fieldsOf(entry), 'Score'));
      if (!Number.isFinite(score)) throw new Error('the answer has a score that is no number');
      return [String(field(fieldsOf(entry), 'Host')), score] as const;
    }),
  );
}

function byNode(candidates: readonly Candidate[], victim: (pod: PodInfo) => unknown) {
  return Object.fromEntries(
    candidates.map(({ nodeName, victims, violations }) => [
      nodeName,
      { Pods: victims.map(victim), NumPDBViolations: violations },
    ]),
  );
}

/** Errors: where it names a node or a pod that is no candidate or victim. */
function agreedCandidates(answer: Fields, candidates: readonly Candidate[]): readonly Candidate[] {
  const agreed = fieldsOf(field(answer, 'NodeNameToMetaVictims') ?? {});
  return Object.entries(agreed).map(([nodeName, given]) => {
    const candidate = candidates.find((each) => each.nodeName === nodeName);
    if (candidate === undefined)
      throw new Error(`it answered with node ${JSON.stringify(nodeName)}, which is no candidate`);
    const pods = field(fieldsOf(given), 'Pods');
    const uids = (Array.isArray(pods) ? pods : []).map((pod) => String(field(fieldsOf(pod), 'UID')));
    const victims = uids.map((uid) => {
      const victim = candidate.victims.find((each) => each.uid === uid);
      if (victim === undefined) throw new Error(`it answered with pod ${uid}, which is no victim on ${nodeName}`);
      return victim;
    });
    return { nodeName, victims, violations: Number(field(fieldsOf(given), 'NumPDBViolations') ?? 0) };
  });
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('the answer is no object');
  return value as Fields;
}

/** Extenders are written in many languages: names match whatever their case, as in Go. */
function field(fields: Fields, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const key = Object.keys(fields).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : fields[key];
}
