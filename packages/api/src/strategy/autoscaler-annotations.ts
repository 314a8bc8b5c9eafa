/**
 * What `autoscaling/v1` has annotations for, as types: metrics in the notation that it once meant to have, and behaviors and
 * conditions as they are. Annotations are written and read as Go's own JSON is: fields stand in the order of its structs, are
 * found in whatever case they are written, and count all together or, where one is of another type, not at all.
 */
import {
  compileNormalizer,
  type Infer,
  int32,
  isFields,
  LabelSelector,
  list,
  type Normalizer,
  object,
  parseJson,
  quantity,
  ref,
  resolve,
  type Schema,
  type SchemaNode,
  string,
  stringifyJson,
  time,
} from '@pintle/machinery';

const Target = object({ kind: string().required(), name: string().required(), apiVersion: string() });
const metricName = string().required();
/** Of a resource, be it of a pod or of one of its containers. */
const aimed = {
  name: string().required(),
  ...{ targetAverageUtilization: int32().pointer(), targetAverageValue: quantity() },
};
const used = {
  name: string().required(),
  ...{ currentAverageUtilization: int32().pointer(), currentAverageValue: quantity().required() },
};

export const ToldMetrics = list(
  object({
    type: string().required(),
    object: ref(
      object({
        ...{ target: ref(Target).required(), metricName, targetValue: quantity().required() },
        ...{ selector: ref(LabelSelector), averageValue: quantity() },
      }),
    ),
    pods: ref(object({ metricName, targetAverageValue: quantity().required(), selector: ref(LabelSelector) })),
    resource: ref(object(aimed)),
    containerResource: ref(object({ ...aimed, container: string().required() })),
    external: ref(
      object({
        ...{ metricName, metricSelector: ref(LabelSelector) },
        ...{ targetValue: quantity(), targetAverageValue: quantity() },
      }),
    ),
  }),
);
export type ToldMetric = Infer<typeof ToldMetrics>[number];

export const ToldStatuses = list(
  object({
    type: string().required(),
    object: ref(
      object({
        ...{ target: ref(Target).required(), metricName, currentValue: quantity().required() },
        ...{ selector: ref(LabelSelector), averageValue: quantity() },
      }),
    ),
    pods: ref(object({ metricName, currentAverageValue: quantity().required(), selector: ref(LabelSelector) })),
    resource: ref(object(used)),
    containerResource: ref(object({ ...used, container: string().required() })),
    external: ref(
      object({
        ...{ metricName, metricSelector: ref(LabelSelector) },
        ...{ currentValue: quantity().required(), currentAverageValue: quantity() },
      }),
    ),
  }),
);
export type ToldStatus = Infer<typeof ToldStatuses>[number];

const Rules = object({
  ...{ stabilizationWindowSeconds: int32().pointer(), selectPolicy: string().pointer() },
  policies: list(object({ type: string().required(), value: int32().required(), periodSeconds: int32().required() })),
  tolerance: quantity(),
});
export const ToldBehavior = object({ scaleUp: ref(Rules), scaleDown: ref(Rules) });
export type ToldRules = Infer<typeof Rules>;

export const ToldConditions = list(
  object({
    ...{ type: string().required(), status: string().required(), lastTransitionTime: time().alwaysThere() },
    ...{ reason: string(), message: string() },
  }),
);

/** As an annotation has it. */
export const written = <T>(type: Schema<T, boolean>, value: NoInfer<T>): string =>
  stringifyJson(asGo(type.node, value));

/** With zeros where something has to be said and nobody said it. */
function asGo(place: SchemaNode, value: unknown): unknown {
  const { type, items, values, properties = {} } = resolve(place);
  if (type === 'array') return (value as readonly unknown[]).map((item) => asGo(items!, item));
  if (type === 'map')
    return Object.fromEntries(
      Object.entries(value as object)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, each]) => [key, asGo(values!, each)]),
    );
  if (type !== 'object') return value ?? zeroOf(resolve(place));
  const fields = (value ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) =>
      field.required || field.alwaysThere || isSaid(field, fields[name]) ? [[name, asGo(field, fields[name])]] : [],
    ),
  );
}

function isSaid({ pointer, type }: SchemaNode, value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return pointer === true || type === 'object' || Object.keys(value).length > 0 || typeof value === 'number';
}

const zeroOf = ({ type, format }: SchemaNode): unknown =>
  type === 'quantity' ? '0' : type === 'integer' ? 0 : format === undefined ? '' : null;

const normalizers = new WeakMap<SchemaNode, Normalizer>();

/** What an annotation says; undefined where there is none, or it is none of this type, as anybody may write there. */
export function readAs<T>({ node }: Schema<T, boolean>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  let normalize = normalizers.get(node);
  if (normalize === undefined) normalizers.set(node, (normalize = compileNormalizer(node, { mode: 'typed' })));
  let said: unknown;
  try {
    said = parseJson(text);
  } catch {
    return undefined;
  }
  const { value, errors } = normalize(inCase(node, said ?? (node.type === 'array' ? [] : {})));
  return errors.length > 0 ? undefined : (value as T);
}

/** With fields named as the type has them. */
function inCase(place: SchemaNode, said: unknown): unknown {
  const { items, properties } = resolve(place);
  if (Array.isArray(said)) return items === undefined ? said : said.map((item) => inCase(items, item ?? {}));
  if (!isFields(said) || properties === undefined) return said;
  const names = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(said).map(([key, value]) => {
      const name = names.get(key.toLowerCase()) ?? key;
      return [name, properties[name] === undefined ? value : inCase(properties[name], value)];
    }),
  );
}
