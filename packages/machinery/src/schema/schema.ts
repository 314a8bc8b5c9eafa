/**
 * The notation in which every kind is written, built-in or custom: a schema is plain data (`SchemaNode`), and
 * `Schema<T>` carries beside it the TypeScript type of the values that it describes. One node says all that
 * is known of a place in an object: type, requiredness, default, bounds, how lists merge, protobuf number.
 *
 * Deliberately not here: what is done with a schema (`compile.ts` normalizes and validates, `openapi.ts`
 * prints, `patch` and `apply` merge).
 */

export type SchemaType =
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'object'
  /** An object whose keys are data; `values` describes each value. */
  | 'map'
  | 'array'
  /** A string or an integer (`IntOrString`). */
  | 'intOrString'
  /** A quantity: written as string or number, held as its canonical string. */
  | 'quantity'
  /** Any JSON value. */
  | 'any';

export interface SchemaNode {
  readonly type: SchemaType;
  /** OpenAPI format: `int32`, `int64`, `double`, `byte`, `date-time`, `micro-time`, `duration`… */
  readonly format?: string;
  /** The OpenAPI name of a named type, as `io.k8s.api.core.v1.Container`. */
  readonly name?: string;
  /** Where the description is another named type: that type, read late so that types may be recursive. */
  readonly ref?: () => SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly values?: SchemaNode;
  /** Of built-in kinds, Go writes a scalar that is required with its zero value where nobody said it; see `zeroOf`. */
  readonly required?: boolean;
  /** Of objects: fields that have to be there though no schema is given of them. */
  readonly requires?: readonly string[];
  /** Of built-in kinds: required, and yet left out by Go where it is empty. */
  readonly omittedWhenUnsaid?: boolean;
  /**
   * Of built-in kinds: in Go the field is a struct, or a scalar, and no pointer to one, and so is there even when it is empty;
   * of times it is the null that somebody may have made of one.
   */
  readonly alwaysThere?: boolean;
  /** The value that an absent field gets. */
  readonly default?: unknown;
  /** What a document of Kubernetes' own types tells as the default, filled in or not. */
  readonly toldDefault?: unknown;
  readonly nullable?: boolean;
  /** The field's number in Kubernetes' protobuf encoding. */
  readonly proto?: number;
  /** Of a value that is one of several: what each is, by its number in the message that the value stands in for. */
  readonly choices?: readonly Choice[];
  /** The numbers of the embedded messages that the field stands in, from the outside in, where Go embeds structs. */
  readonly protoInline?: readonly number[];
  /** Of built-in kinds' texts, numbers and booleans, and of what is told as null: in Go the field is a pointer; see `zeroSaysNothing`. */
  readonly pointer?: boolean;
  /** Of built-in kinds' lists: an empty one is other than none, and stays. */
  readonly keepsEmpty?: boolean;
  /** Of built-in kinds' maps of quantities: Go makes no amounts of resources of them, which are rounded up. */
  readonly exact?: boolean;
  readonly enum?: readonly unknown[];
  readonly listType?: 'atomic' | 'set' | 'map';
  readonly listMapKeys?: readonly string[];
  readonly mapType?: 'atomic' | 'granular';
  /** Strategic merge patch: the key by which list items are matched. */
  readonly mergeKey?: string;
  readonly patchStrategy?: readonly ('merge' | 'replace' | 'retainKeys')[];
  /** A union's discriminator and members (KEP-1027), where upstream declares one. */
  readonly pattern?: string;
  /** The pattern, compiled so that no value can keep it busy. */
  readonly matches?: (text: string) => boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  /** `x-kubernetes-preserve-unknown-fields`: unknown keys stay. */
  readonly preserveUnknownFields?: boolean;
  /** `x-kubernetes-embedded-resource`: the value is itself an object with apiVersion, kind and metadata. */
  readonly embeddedResource?: boolean;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  /** CEL rules (`x-kubernetes-validations`). */
  readonly rules?: readonly ValidationRule[];
  /** A short sentence of ours for `kubectl explain`. */
  readonly doc?: string;
  /** Of a definition's kind as a whole: the schema as its author wrote it, which documents tell. */
  readonly told?: unknown;
}

export interface Choice {
  readonly number: number;
  readonly node: SchemaNode;
}

export interface ValidationRule {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
}

/** Constraints that OpenAPI states beside the type. */
export type Constraints = Pick<
  SchemaNode,
  | 'pattern'
  | 'minLength'
  | 'maxLength'
  | 'minimum'
  | 'maximum'
  | 'exclusiveMinimum'
  | 'exclusiveMaximum'
  | 'multipleOf'
  | 'minItems'
  | 'maxItems'
  | 'uniqueItems'
  | 'minProperties'
  | 'maxProperties'
  | 'allOf'
  | 'anyOf'
  | 'oneOf'
  | 'not'
>;

/** A node and the type of its values; `R` tells whether the field is always there. */
export class Schema<out T, out R extends boolean = false> {
  /** Carries the type only; never set. */
  declare readonly T: T;
  declare readonly R: R;

  /** The node, or what makes it when it is first asked for: most of the hundreds of types are never asked for. */
  constructor(private made: SchemaNode | (() => SchemaNode)) {}

  get node(): SchemaNode {
    if (typeof this.made === 'function') this.made = this.made();
    return this.made;
  }

  private with<U = T, S extends boolean = R>(more: Partial<SchemaNode>): Schema<U, S> {
    const { made } = this;
    return new Schema<U, S>(typeof made === 'function' ? () => ({ ...this.node, ...more }) : { ...made, ...more });
  }
  required(): Schema<T, true> {
    return this.with({ required: true });
  }
  /** The value of an absent field. What has a default is always there when read, yet may be left out when written. */
  default(value: T): Schema<T, R> {
    return this.with({ default: value });
  }
  /** As `default`, of Kubernetes' own types whose documents tell of it; of most they tell of none, as code fills it in. */
  toldDefault(value: T): Schema<T, R> {
    return this.with({ default: value, toldDefault: value });
  }
  tellsDefault(value: T): Schema<T, R> {
    return this.with({ toldDefault: value });
  }
  nullable(): Schema<T | null, R> {
    return this.with({ nullable: true });
  }
  enum<const V extends T & string>(...values: readonly V[]): Schema<V, R> {
    return this.with({ enum: values });
  }
  /** List type `map`: items are known by these keys. */
  byKeys(...keys: readonly string[]): Schema<T, R> {
    return this.with({ listType: 'map', listMapKeys: keys });
  }
  /** List type `set`. */
  asSet(): Schema<T, R> {
    return this.with({ listType: 'set' });
  }
  /** List type or map type `atomic`; of any value: one piece, whatever is in it, as Go's `RawExtension` and `JSON` are. */
  atomic(): Schema<T, R> {
    const { made } = this;
    // Bytes are a list in Go.
    const isList = typeof made === 'object' && (made.type === 'array' || made.type === 'string');
    return isList ? this.with({ listType: 'atomic' }) : this.with({ mapType: 'atomic' });
  }
  /** Map type `granular`, where the type is `atomic`. */
  granular(): Schema<T, R> {
    return this.with({ mapType: 'granular' });
  }
  /** Strategic merge patch: merged, list items matched by `key`. */
  mergeBy(key?: string, ...strategy: readonly ('merge' | 'replace' | 'retainKeys')[]): Schema<T, R> {
    return this.with({
      ...(key === undefined ? {} : { mergeKey: key }),
      patchStrategy: strategy.length > 0 ? strategy : ['merge'],
    });
  }
  /** Stands in embedded messages of these numbers, in the protobuf encoding. */
  inline(...numbers: readonly number[]): Schema<T, R> {
    return this.with({ protoInline: numbers });
  }
  /** Go's pointer: an empty text, a 0 or a false is other than none. */
  pointer(): Schema<T, R> {
    return this.with({ pointer: true });
  }
  /** Of a list or a map: an empty one is other than none. */
  keepsEmpty(): Schema<T, R> {
    return this.with({ keepsEmpty: true });
  }
  /** Of a map of quantities: kept as fine as they are said. */
  exact(): Schema<T, R> {
    return this.with({ exact: true });
  }
  /** Of a list: Go writes null where nobody spoke of it, as we leave it out, and an empty one is other than that. */
  orNull(): Schema<T, R> {
    return this.with({ keepsEmpty: true, alwaysThere: true });
  }
  patchStrategy(...strategy: readonly ('merge' | 'replace' | 'retainKeys')[]): Schema<T, R> {
    return this.with({ patchStrategy: strategy });
  }
  alwaysThere(): Schema<T, R> {
    return this.with({ alwaysThere: true });
  }
  omittedWhenUnsaid(): Schema<T, R> {
    return this.with({ omittedWhenUnsaid: true });
  }
  format(format: string): Schema<T, R> {
    return this.with({ format });
  }
  constrain(constraints: Constraints): Schema<T, R> {
    return this.with(constraints);
  }
  rule(rule: string, more: Omit<ValidationRule, 'rule'> = {}): Schema<T, R> {
    return this.with({ rules: [...(this.node.rules ?? []), { rule, ...more }] });
  }
  preserveUnknownFields(): Schema<T, R> {
    return this.with({ preserveUnknownFields: true });
  }
  embeddedResource(): Schema<T, R> {
    return this.with({ embeddedResource: true });
  }
  doc(sentence: string): Schema<T, R> {
    return this.with({ doc: sentence });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the widest schema, for positions that take any.
export type AnySchema = Schema<any, boolean>;

/** The type of the values that a schema (or the kind that has it) describes. Frozen, so read-only throughout. */
export type Infer<S extends { readonly T: unknown }> = S['T'];

type Fields = Readonly<Record<string, AnySchema>>;
type Flat<T> = { [K in keyof T]: T[K] };
export type InferFields<F extends Fields> = Flat<
  { readonly [K in keyof F as F[K]['R'] extends true ? K : never]: F[K]['T'] } & {
    readonly [K in keyof F as F[K]['R'] extends true ? never : K]?: F[K]['T'];
  }
>;

const numbered = (node: SchemaNode, proto?: number): SchemaNode => (proto === undefined ? node : { ...node, proto });

const named = (type: string) => `io.k8s.apimachinery.pkg.${type}`;

export const string = (proto?: number) => new Schema<string>(numbered({ type: 'string' }, proto));
export const boolean = (proto?: number) => new Schema<boolean>(numbered({ type: 'boolean' }, proto));
export const int32 = (proto?: number) => new Schema<number>(numbered({ type: 'integer', format: 'int32' }, proto));
/** Beyond 2^53 a value is a bigint, which its type does not tell (`parseJson`). */
export const int64 = (proto?: number) => new Schema<number>(numbered({ type: 'integer', format: 'int64' }, proto));
export const integer = (proto?: number) => new Schema<number>(numbered({ type: 'integer' }, proto));
export const number = (proto?: number) => new Schema<number>(numbered({ type: 'number' }, proto));
export const double = (proto?: number) => new Schema<number>(numbered({ type: 'number', format: 'double' }, proto));
/** Base64 text. */
export const bytes = (proto?: number) => new Schema<string>(numbered({ type: 'string', format: 'byte' }, proto));
/** RFC 3339, to the second. */
export const time = (proto?: number) =>
  new Schema<string>(
    numbered({ type: 'string', format: 'date-time', nullable: true, name: named('apis.meta.v1.Time') }, proto),
  );
/** RFC 3339, to the microsecond. */
export const microTime = (proto?: number) =>
  new Schema<string>(
    numbered({ type: 'string', format: 'micro-time', nullable: true, name: named('apis.meta.v1.MicroTime') }, proto),
  );
/** A duration as Go prints it (`1h2m3s`). */
export const duration = (proto?: number) => new Schema<string>(numbered({ type: 'string', format: 'duration' }, proto));
export const intOrString = (proto?: number) =>
  new Schema<number | string>(
    numbered({ type: 'intOrString', format: 'int-or-string', name: named('util.intstr.IntOrString') }, proto),
  );
export const quantity = (proto?: number) =>
  new Schema<string>(numbered({ type: 'quantity', name: named('api.resource.Quantity') }, proto));
/** Any JSON value (`RawExtension`, `JSON`); with `name`, a named type of the OpenAPI document. */
export const any = (proto?: number, name?: string) =>
  // biome-ignore lint/suspicious/noExplicitAny: any JSON value, by definition.
  new Schema<any>(
    numbered({ type: 'any', preserveUnknownFields: true, ...(name === undefined ? {} : { name }) }, proto),
  );

/** In JSON one of several values, which their types tell apart; in protobuf a message with a field for each. */
export const choice = (choices: Readonly<Record<number, { readonly node: SchemaNode }>>, proto?: number) =>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  new Schema<any>({
    ...any(proto).node,
    choices: Object.entries(choices).map(([number, { node }]) => ({ number: Number(number), node })),
  });

export const list = <T>(items: Schema<T, boolean>, proto?: number) =>
  new Schema<readonly T[]>(numbered({ type: 'array', items: items.node }, proto));

export const map = <T>(values: Schema<T, boolean>, proto?: number) =>
  new Schema<Readonly<Record<string, T>>>(numbered({ type: 'map', values: values.node }, proto));

/**
 * An object with the given fields; with `name`, a named type of the OpenAPI document. The fields may come as a function,
 * which is called when somebody first asks for them.
 */
export function object<F extends Fields>(fields: F | (() => F), name?: string): Schema<InferFields<F>> {
  const node = (): SchemaNode => {
    const properties: Record<string, SchemaNode> = {};
    const given = typeof fields === 'function' ? fields() : fields;
    for (const key in given) properties[key] = given[key]!.node;
    return { type: 'object', properties, ...(name === undefined ? {} : { name }) };
  };
  return new Schema(typeof fields === 'function' ? node : node());
}

/**
 * A place that holds a value of the named type `type`. Pass a function where the type is not defined yet, or
 * is recursive; its type argument then names the value's type.
 */
export function ref<T>(type: Schema<T, boolean> | (() => AnySchema), proto?: number): Schema<T> {
  const target = typeof type === 'function' ? () => type().node : () => type.node;
  return new Schema(numbered({ type: 'object', ref: target }, proto));
}

/** What a field of a built-in kind holds in Go where nobody spoke of it, and is written as; undefined: nothing is written. */
export function zeroOf(place: SchemaNode): unknown {
  const isWritten = place.required === true && place.pointer !== true && place.omittedWhenUnsaid !== true;
  if (place.alwaysThere !== true && !isWritten) return undefined;
  const { type } = resolve(place);
  if ((type === 'array' && place.keepsEmpty === true) || place.pointer === true) return undefined;
  const isAbsent = type === 'object' ? place.alwaysThere !== true : type === 'string' && place.format !== undefined;
  return isAbsent ? undefined : zeroValues[type];
}

/**
 * Whether Go writes null for a field of a built-in kind of which nobody spoke: for a time that is no pointer, and for a list
 * or a pointer that is not `omitempty`. Objects are held without it; see `nulls.ts`.
 */
export function isNullUnsaid(place: SchemaNode): boolean {
  if (place.required !== true && place.alwaysThere !== true) return false;
  if (place.pointer === true) return place.alwaysThere === true;
  return isTime(place) || (resolve(place).type === 'array' && place.keepsEmpty === true);
}

/** Of what is a struct in Go, and null in JSON where it is empty. */
export const isTime = (place: SchemaNode): boolean => times.includes(resolve(place).format ?? '');

const times = ['date-time', 'micro-time'];

/** By its type what a value is in Go of which nobody spoke, where it is no pointer. */
export const zeroValues: Readonly<Partial<Record<SchemaType, unknown>>> = {
  ...{ string: '', integer: 0, number: 0, boolean: false, quantity: '0' },
  ...{ object: Object.freeze({}), map: Object.freeze({}), array: Object.freeze([]) },
};

/**
 * Of types with many fields are the values that objects hand on, as a Deployment's template goes to its ReplicaSets and
 * their pods: what is found out about one is worth remembering for objects of other kinds. `type` is no reference.
 */
export const isHandedOn = (type: SchemaNode): boolean => Object.keys(type.properties ?? {}).length >= handedOnMin;

/** Fields. */
const handedOnMin = 30;

/** Follows references to the node that holds the description, keeping what the place itself says. */
export function resolve(node: SchemaNode): SchemaNode {
  return node.ref === undefined ? node : resolve(node.ref());
}

const structs = [...times, 'duration'];

/**
 * Whether an empty text, a 0 or a false says as much as nothing in the field `place` of `owner`: so it is with Kubernetes' own
 * types, where Go leaves out what is `omitempty`, but for pointers.
 */
export const zeroSaysNothing = (owner: SchemaNode, place: SchemaNode): boolean =>
  place.pointer !== true &&
  (place.required !== true || place.omittedWhenUnsaid === true) &&
  (place.type === 'string'
    ? !structs.includes(place.format ?? '')
    : ['integer', 'number', 'boolean'].includes(place.type)) &&
  owner.name?.startsWith('io.k8s.') === true;
