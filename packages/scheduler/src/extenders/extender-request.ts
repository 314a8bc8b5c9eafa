/** What a scheduler posts to its extender, read. Names of fields count whatever their case, as Go reads them. */

import type { Node, Pod } from '@pintle/api/core/v1';
import { parseJson } from '@pintle/machinery';

export interface ExtenderRequest {
  readonly pod: Pod;
  /** By the names alone, or of `nodes`. */
  readonly nodeNames: readonly string[];
  /** Where the scheduler sends them whole. */
  readonly nodes?: readonly Node[];
  /** Of a `preempt`: by node who would leave it, by uid. */
  readonly candidates: readonly {
    readonly nodeName: string;
    readonly victims: readonly string[];
    readonly violations: number;
  }[];
}

type Fields = Readonly<Record<string, unknown>>;

/** Errors: `TypeError` that names the field. */
export function parseExtenderRequest(text: string): ExtenderRequest {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (cause) {
    throw new TypeError('the request is no JSON', { cause });
  }
  const fields = fieldsOf(body, 'the request');
  const pod = fieldsOf(field(fields, 'Pod'), 'Pod');
  const metadata = fieldsOf(pod['metadata'], 'Pod.metadata');
  if (typeof metadata['name'] !== 'string') throw new TypeError('Pod.metadata.name: must be a string');
  fieldsOf(pod['spec'], 'Pod.spec');
  const list = field(fields, 'Nodes');
  const nodes = list === undefined || list === null ? undefined : nodesOf(fieldsOf(list, 'Nodes'));
  const names = field(fields, 'NodeNames');
  return {
    pod: pod as unknown as Pod,
    nodeNames: Array.isArray(names) ? names.map(String) : (nodes ?? []).map(({ metadata: { name = '' } }) => name),
    ...(nodes === undefined ? {} : { nodes }),
    candidates: candidatesOf(fields),
  };
}

function nodesOf(list: Fields): readonly Node[] {
  const items = field(list, 'items') ?? [];
  if (!Array.isArray(items)) throw new TypeError('Nodes.items: must be a list');
  for (const [at, item] of items.entries())
    fieldsOf(fieldsOf(item, `Nodes.items[${at}]`)['metadata'], `Nodes.items[${at}].metadata`);
  return items as Node[];
}

function candidatesOf(fields: Fields): ExtenderRequest['candidates'] {
  const byUid = field(fields, 'NodeNameToMetaVictims') ?? undefined;
  const where = byUid === undefined ? 'NodeNameToVictims' : 'NodeNameToMetaVictims';
  const given = fieldsOf(byUid ?? field(fields, 'NodeNameToVictims') ?? {}, where);
  return Object.entries(given).map(([nodeName, value]) => {
    const victims = fieldsOf(value, `${where}[${nodeName}]`);
    const pods = field(victims, 'Pods') ?? [];
    if (!Array.isArray(pods)) throw new TypeError(`${where}[${nodeName}].Pods: must be a list`);
    return {
      nodeName,
      victims: pods.map((pod) => uidOf(fieldsOf(pod, `${where}[${nodeName}].Pods`))),
      violations: Number(field(victims, 'NumPDBViolations') ?? 0),
    };
  });
}

function uidOf(pod: Fields): string {
  const own = field(pod, 'UID');
  return String(own ?? fieldsOf(pod['metadata'] ?? {}, 'metadata of a victim')['uid'] ?? '');
}

function field(fields: Fields, name: string): unknown {
  if (name in fields) return fields[name];
  const lower = name.toLowerCase();
  for (const key in fields) if (key.toLowerCase() === lower) return fields[key];
  return undefined;
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${where}: must be an object`);
  return value as Fields;
}
