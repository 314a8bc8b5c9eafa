/**
 * What a scenario can say, in the words of kubectl where kubectl has them. Each command prints what a reader would
 * want to see. They go through the API server's HTTP handler for tables, else through the in-process client.
 */
import { Event, type Pod } from '@pintle/api/core/v1';
import {
  type KindRef,
  type KubernetesObject,
  parseGoDuration,
  parseJson,
  StatusError,
  silentLogger,
} from '@pintle/machinery';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { type TestCluster, type TestClusterOptions, testCluster } from '../test-cluster.js';
import { printTable, type Table } from './print-table.js';

/** One command line, taken apart: words, and options as `--name=value` or `-n value`. */
export interface CommandLine {
  readonly name: string;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly input: string;
}

/** A command that is not one, or lacks a word that it needs. */
export class ScenarioCommandError extends Error {
  readonly code = 'PINTLE_SCENARIO_COMMAND';
  constructor(message: string) {
    super(message);
    this.name = 'ScenarioCommandError';
  }
}

export function parseCommandLine(command: string, input: string): CommandLine {
  const [name = '', ...rest] = command.trim().split(/\s+/);
  const words: string[] = [];
  const options: Record<string, string> = {};
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at]!;
    const [, option, value] = /^--([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    if (word === '-n' || word === '-o' || word === '-l') options[word.slice(1)] = rest[++at] ?? '';
    else if (option === undefined) words.push(word);
    else options[option] = value ?? 'true';
  }
  return { name, words, options, input };
}

type Command = (cluster: TestCluster, line: CommandLine) => Promise<string>;

function resourceNamed(cluster: TestCluster, name: string) {
  const found = cluster.apiServer.core.registry
    .all()
    .find(({ kind }) => kind.plural === name || kind.singular === name || kind.shortNames?.includes(name));
  if (found === undefined) throw new ScenarioCommandError(`no kind is called "${name}"`);
  return found;
}

/** `deployment/web`, or the two words after each other. */
function target(cluster: TestCluster, { words, options }: CommandLine) {
  const [kindName = '', name = ''] = words.flatMap((word) => word.split('/'));
  const { kind } = resourceNamed(cluster, kindName);
  if (name === '') throw new ScenarioCommandError('say which object, as in "deployment/web"');
  const namespace = options['n'] ?? 'default';
  return {
    kind: kind as KindRef,
    key: kind.scope === 'Namespaced' ? { name, namespace } : { name },
    label: `${kind.singular}/${name}`,
  };
}

const documents = (input: string): readonly KubernetesObject[] =>
  parseAllDocuments(input).map((document) => document.toJS() as KubernetesObject);

const told = (value: string | undefined) => (value === undefined ? '(none is said)' : JSON.stringify(value));

/** In `default` where its kind has namespaces and it names none. */
function placed(cluster: TestCluster, object: KubernetesObject, namespace = 'default') {
  const resource = cluster.apiServer.core.registry
    .all()
    .find(({ kind, apiVersion }) => kind.kind === object.kind && apiVersion === object.apiVersion);
  if (resource === undefined)
    throw new ScenarioCommandError(`no kind ${told(object.kind)} in apiVersion ${told(object.apiVersion)}`);
  const { kind } = resource;
  const metadata = kind.scope === 'Namespaced' ? { namespace, ...object.metadata } : object.metadata;
  return { kind: kind as KindRef, object: { ...object, metadata }, label: `${kind.singular}/${metadata.name}` };
}

async function eachDocument(
  cluster: TestCluster,
  { input, options }: CommandLine,
  act: (placedObject: ReturnType<typeof placed>) => Promise<string>,
): Promise<string> {
  const printed: string[] = [];
  for (const object of documents(input)) {
    const one = placed(cluster, object, options['n']);
    printed.push(`${one.label} ${await act(one)}`);
  }
  return printed.join('\n');
}

function duration(text: string | undefined): number {
  const ms = text === undefined ? undefined : parseGoDuration(text);
  if (ms === undefined) throw new ScenarioCommandError(`"${text ?? ''}" is no duration, as "10m" is`);
  return ms;
}

async function get(cluster: TestCluster, line: CommandLine): Promise<string> {
  const { words, options } = line;
  const { kind, apiVersion } = resourceNamed(cluster, words[0] ?? '');
  const group = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersion}`;
  const namespaced = kind.scope === 'Namespaced' && options['all-namespaces'] === undefined;
  const place = namespaced ? `/namespaces/${options['n'] ?? 'default'}` : '';
  const name = words[1] === undefined ? '' : `/${words[1]}`;
  const query = new URLSearchParams(options['l'] === undefined ? {} : { labelSelector: options['l'] });
  const answer = await cluster.apiServer.handle({
    method: 'GET',
    path: `${group}${place}/${kind.plural}${name}`,
    query,
    header: (header) => (header === 'accept' ? 'application/json;as=Table;v=v1;g=meta.k8s.io' : undefined),
    headersLike: () => [],
    body: async () => new Uint8Array(),
    signal: new AbortController().signal,
    peer: {},
  });
  const { body } = answer;
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array);
  return printTable(parseJson(text) as Table, { wide: options['o'] === 'wide' });
}

/** The value at `a.b.0.c`. */
const valueAt = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .filter((part) => part !== '')
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], value);

const commands: Readonly<Record<string, Command>> = {
  create: (cluster, line) =>
    eachDocument(cluster, line, async ({ object }) => {
      await cluster.client.create(object);
      return 'created';
    }),
  apply: (cluster, line) =>
    eachDocument(cluster, line, async ({ object }) => {
      await cluster.client.apply(object, { fieldManager: 'scenario' });
      return 'applied';
    }),
  async patch(cluster, line) {
    const { kind, key, label } = target(cluster, line);
    const { subresource } = line.options;
    const options = subresource === undefined ? {} : { subresource };
    await cluster.client.patch(kind, key, { type: 'merge', body: parse(line.input) }, options);
    return `${label} patched`;
  },
  async scale(cluster, line) {
    const { kind, key, label } = target(cluster, line);
    const replicas = Number(line.options['replicas']);
    await cluster.client.patch(kind, key, { type: 'merge', body: { spec: { replicas } } }, { subresource: 'scale' });
    return `${label} scaled`;
  },
  async delete(cluster, line) {
    const { kind, key, label } = target(cluster, line);
    const { cascade, 'grace-period': grace } = line.options;
    const policies = { orphan: 'Orphan', background: 'Background', foreground: 'Foreground' } as const;
    const propagationPolicy = policies[cascade as keyof typeof policies];
    await cluster.client.delete(kind, key, {
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    });
    return `${label} deleted`;
  },
  /** Asks for a pod to go, which its disruption budget may refuse: `evict pod/web-0`. */
  async evict(cluster, line) {
    const { kind, key, label } = target(cluster, line);
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: key };
    await cluster.client.createSubresource(kind, key, 'eviction', body);
    return `${label} evicted`;
  },
  get,
  /** A part of one object as YAML: `show deployment/web --path=status.conditions`. */
  async show(cluster, line) {
    const { kind, key } = target(cluster, line);
    const object = await cluster.client.get(kind, key);
    return stringify(valueAt(object, line.options['path'] ?? '') ?? null).trimEnd();
  },
  /**
   * What was told of objects in a namespace, the oldest first; of one time, by who told. How often, unless `--counts=false`:
   * for what is told again with each attempt.
   */
  async events(cluster, { options }) {
    const events = await cluster.client.list(Event, { namespace: options['n'] ?? 'default' });
    const about = options['for'];
    const told = (count: number) => (count > 1 && options['counts'] !== 'false' ? ` (x${count})` : '');
    const rows = [...events]
      .sort((a, b) => (toldAt(a) < toldAt(b) ? -1 : toldAt(a) > toldAt(b) ? 1 : 0))
      .filter(
        ({ involvedObject: { kind = '', name } }) => about === undefined || about === `${kind.toLowerCase()}/${name}`,
      )
      .map(({ involvedObject, reason = '', message = '', count = 1 }) =>
        [`${involvedObject.kind}/${involvedObject.name}`, reason, `${message}${told(count)}`].join('  '),
      );
    return rows.join('\n');
  },
  async settle(cluster) {
    await cluster.settle();
    return '';
  },
  async advance(cluster, { words }) {
    await cluster.advance(duration(words[0]));
    return '';
  },
  async 'stop-node'(cluster, { words }) {
    await cluster.stopNode(words[0] ?? '');
    return `node/${words[0]} stopped`;
  },
  /** Where the pods are: a line a node, with its pods in order. */
  async placements(cluster, { options }) {
    const { kind } = resourceNamed(cluster, 'pods');
    const pods = await cluster.client.list<Pod>(kind as KindRef<Pod>, { namespace: options['n'] ?? 'default' });
    return [...podsByNode(pods)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([name, found]) =>
          `${name}: ${found
            .map(({ metadata }) => metadata.name)
            .sort()
            .join(' ')}`,
      )
      .join('\n');
  },
};

const toldAt = ({ firstTimestamp, source }: Event) => `${firstTimestamp} ${source?.component}`;

function podsByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const name = pod.spec?.nodeName ?? '(none)';
    byNode.set(name, [...(byNode.get(name) ?? []), pod]);
  }
  return byNode;
}

/** Begins a scenario's cluster: `cluster --nodes=3 --seed=7`, with images and more as YAML. */
export async function startCluster(line: CommandLine, defaults: TestClusterOptions): Promise<TestCluster> {
  const { nodes, seed } = line.options;
  const more = line.input === '' ? {} : (parse(line.input) as TestClusterOptions);
  return testCluster({
    logger: silentLogger,
    ...defaults,
    ...more,
    ...(nodes === undefined ? {} : { nodes: Number(nodes) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });
}

/** Runs one command; what the API refuses is printed, as kubectl does. */
export async function runCommand(cluster: TestCluster, line: CommandLine): Promise<string> {
  const command = commands[line.name];
  if (command === undefined)
    throw new ScenarioCommandError(`no command "${line.name}"; there are cluster, ${Object.keys(commands).join(', ')}`);
  try {
    return await command(cluster, line);
  } catch (error) {
    if (!StatusError.is(error)) throw error;
    // An empty line ends what a step prints.
    return `Error from server (${error.status.reason}): ${error.status.message}`.trimEnd();
  }
}
