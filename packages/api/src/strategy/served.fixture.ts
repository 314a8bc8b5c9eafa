/** Objects as the API server takes them in, for the tests of what it fills in, and what it refuses in which words. */
import {
  apiVersionOf,
  compileNormalizer,
  deepFreeze,
  formatFieldError,
  type KubernetesObject,
  type Normalizer,
  type ResourceDefinition,
  validateObjectMeta,
} from '@pintle/machinery';
import { builtinResources } from '../index.js';

/** What a test writes: the rest of an object may be anything. */
export interface Written {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

interface Served {
  readonly definition: ResourceDefinition;
  readonly normalize: Normalizer;
  toStored(object: KubernetesObject): KubernetesObject;
}

const served = new Map<string, Served>();
for (const definition of builtinResources())
  for (const { kind, toStored } of [
    { kind: definition.kind, toStored: (object: KubernetesObject) => object },
    ...(definition.versions ?? []),
  ]) {
    let normalizer: Normalizer | undefined;
    served.set(`${apiVersionOf(kind)}/${kind.kind}`, {
      definition,
      normalize: (input) => (normalizer ??= compileNormalizer(kind.schema.node, { mode: 'served' }))(input),
      toStored,
    });
  }

const find = ({ apiVersion, kind }: Written): Served => {
  const found = served.get(`${apiVersion}/${kind}`);
  if (found === undefined) throw new Error(`${apiVersion}/${kind} is not served`);
  return found;
};
const strategyOf = (object: Written) => find(object).definition.strategy ?? {};
const context = { user: { name: 'jane', groups: ['system:authenticated'] }, nowMs: 0 };

/** With its defaults. What has no name is named `x`, in `default` where it is in a namespace. */
export function decoded<T extends KubernetesObject = KubernetesObject>(object: Written): T {
  const { definition, normalize, toStored } = find(object);
  const namespace = definition.kind.scope === 'Namespaced' ? { namespace: 'default' } : {};
  const { value, unknownFields, errors } = normalize({
    ...object,
    metadata: { name: 'x', ...namespace, ...object.metadata },
  });
  if (errors.length > 0 || unknownFields.length > 0)
    throw new Error(`not to be decoded: ${JSON.stringify([errors, unknownFields])}`);
  const stored = toStored(value as KubernetesObject);
  return deepFreeze(definition.strategy?.defaults?.(stored) ?? stored) as T;
}

/** As it is stored when it is new. */
export function created<T extends KubernetesObject = KubernetesObject>(object: Written): T {
  const given = decoded(object);
  return deepFreeze(strategyOf(object).prepareForCreate?.(given, context) ?? given) as T;
}

/** What is wrong with a new object, as it is told. */
export function createFaults(object: Written): readonly string[] {
  const { definition } = find(object);
  const given = created(object);
  const first = definition.strategy?.validateFirst?.(given) ?? [];
  if (first.length > 0) return first.map(formatFieldError);
  const nameErrors = definition.strategy?.nameErrors;
  return [
    ...validateObjectMeta(given.metadata, {
      namespaced: definition.kind.scope === 'Namespaced',
      ...(nameErrors === undefined ? {} : { nameErrors }),
    }),
    ...(definition.strategy?.validateCreate?.(given) ?? []),
  ].map(formatFieldError);
}

/** What is wrong with a change of what was created as `old`, and has a `status` by now. */
export function updateFaults(object: Written, old: Written, status?: object): readonly string[] {
  const strategy = strategyOf(object);
  const before = status === undefined ? created(old) : withStatus(created(old), { ...decoded(old), status });
  const wished = withStatus(decoded(object), before);
  const after = deepFreeze(strategy.prepareForUpdate?.(wished, before) ?? wished);
  const first = strategy.validateFirst?.(after) ?? [];
  if (first.length > 0) return first.map(formatFieldError);
  return (strategy.validateUpdate?.(after, before) ?? []).map(formatFieldError);
}

/** What is wrong with a change of the status of what is stored as `old`. */
export function statusFaults(object: Written, old: Written = object): readonly string[] {
  const strategy = strategyOf(object);
  const [wished, before] = [decoded(object), decoded(old)];
  const after = deepFreeze(strategy.prepareForStatusUpdate?.(wished, before, context) ?? wished);
  return (strategy.validateStatusUpdate?.(after, before) ?? []).map(formatFieldError);
}

/** What the client is warned of. */
export const createWarnings = (object: Written): readonly string[] =>
  strategyOf(object).warnings?.(created(object)) ?? [];

export const updateWarnings = (object: Written, old: Written): readonly string[] =>
  strategyOf(object).warnings?.(created(object), created(old)) ?? [];

export const statusWarnings = (object: Written): readonly string[] =>
  strategyOf(object).statusWarnings?.(decoded(object)) ?? [];

type WithStatus = KubernetesObject & { readonly status?: unknown };

/** Updates keep the status that there was. */
function withStatus(object: WithStatus, { status }: WithStatus): WithStatus {
  const { status: _status, ...rest } = object;
  return status === undefined ? rest : ({ ...rest, status } as WithStatus);
}
