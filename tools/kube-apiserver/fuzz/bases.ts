/** What the fuzzer begins with: the sample of every kind, and others that both servers have taken, grown from it. */

import { builtinResources } from '@pintle/api';
import { apiVersionOf, type Kind, type SchemaNode, seededRandom } from '@pintle/machinery';
import { post, type Row } from '../compare/row.js';
import type { Sample } from '../compare/rows/samples.js';
import { samples } from '../compare/rows/samples.js';
import { grown } from './mutate.js';
import type { Json } from './values.js';

/** Where nothing is ever stored: objects that are new are new there. `NS` is the other one. */
export const newNamespace = 'f-new';

export interface Base {
  readonly path: string;
  readonly name: string;
  readonly node: SchemaNode;
  /** Of an object of nothing but a status. */
  readonly statusNode: SchemaNode;
  readonly hasStatus: boolean;
  readonly object: Sample['object'] & { readonly [field: string]: Json };
  /** Of its kind: what new objects begin with. */
  readonly sample?: Base;
  /** What its answers are saved as, where it is stored. */
  readonly stored?: string;
}

const kinds = new Map<string, Kind>(
  builtinResources()
    .flatMap(({ kind, versions = [] }) => [kind, ...versions.map((version) => version.kind)])
    .map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]),
);

export const baseOf = ({ path, object, subresources = [] }: Sample): Base => {
  const { node } = kinds.get(`${object.apiVersion}/${object.kind}`)!.schema;
  const { status } = node.properties ?? {};
  return {
    ...{ path, node, object: object as Base['object'], name: (object['metadata'] as { name: string }).name },
    statusNode: { type: 'object', properties: status === undefined ? {} : { status } },
    hasStatus: subresources.includes('status') && status !== undefined,
  };
};

/** What acts on other requests: there is one of each, which does nothing. */
export const actOnOthers =
  /^(ResourceQuota|LimitRange|FlowSchema|PriorityLevelConfiguration|APIService|.*Webhook.*|.*Policy.*|PriorityClass)$/;
const variantsOfKind = 6;

/** Those to be stored, in this order; each is a base where both take it. */
export function wishedBases(seed: number): readonly Base[] {
  return samples.flatMap((sample, kindIndex) => {
    const base = baseOf(sample);
    const { length } = actOnOthers.test(sample.object.kind) ? { length: 1 } : { length: variantsOfKind };
    return Array.from({ length }, (_, variant) => {
      const stored = `s${kindIndex}-${variant}`;
      if (variant === 0) return { ...base, stored };
      const random = seededRandom(seed * 7_919 + kindIndex * 100 + variant);
      let object: Json = base.object;
      for (let step = 0; step < variant * 2; step++) object = grown(random, object, base.node);
      const name = `${base.name}-${variant}`;
      const { metadata } = object as { metadata: object };
      return {
        ...base,
        sample: base,
        stored,
        name,
        object: { ...(object as Base['object']), metadata: { ...metadata, name } },
      };
    });
  });
}

/** Stores it. */
export const storing = ({ path, object, stored }: Base): Row =>
  post(`${object.kind}: a base`, path, object, { save: stored! });
/** Of kinds whose bases are not taken, the sample is still a new object that may be asked for. */
export const neverStored = ({ stored: _, ...base }: Base): Base => base;
