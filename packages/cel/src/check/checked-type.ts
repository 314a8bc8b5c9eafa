/**
 * Types as the check knows them, and the words that messages have for them. `dyn` is one of which nothing is known, `error`
 * one of what was told to be wrong already: both fit everywhere.
 */

export interface CheckedType {
  /** `int`, `list`, `optional_type`, `net.IP`, of an object the name of its type, of a parameter its own. */
  readonly name: string;
  /** Of a list its elements, of a map its keys and values, of an optional its value, of a type what it is the type of. */
  readonly params?: readonly CheckedType[];
  /** Of an object, by the names that expressions have for them. */
  readonly fields?: TypeFields;
  /** Stands for another type that the check finds. */
  readonly isParam?: true;
}

export interface TypeFields {
  /** Undefined: the object has no such field. */
  get(name: string): CheckedType | undefined;
}

export const typeNamed = (name: string, ...params: readonly CheckedType[]): CheckedType =>
  params.length === 0 ? { name } : { name, params };

export const dyn: CheckedType = { name: 'dyn' };
/** As `dyn`; where only some results will do, one that will. */
export const anyType: CheckedType = { name: 'any' };
export const errorType: CheckedType = { name: 'error' };
export const boolType: CheckedType = { name: 'bool' };
export const intType: CheckedType = { name: 'int' };
export const textType: CheckedType = { name: 'string' };
export const nullType: CheckedType = { name: 'null_type' };
export const timestampType: CheckedType = { name: 'google.protobuf.Timestamp' };
export const durationType: CheckedType = { name: 'google.protobuf.Duration' };
export const listOf = (element: CheckedType): CheckedType => ({ name: 'list', params: [element] });
export const mapOf = (key: CheckedType, value: CheckedType): CheckedType => ({ name: 'map', params: [key, value] });
export const optionalOf = (value: CheckedType): CheckedType => ({ name: 'optional_type', params: [value] });
export const typeOf = (of: CheckedType): CheckedType => ({ name: 'type', params: [of] });
export const objectNamed = (name: string, fields: TypeFields): CheckedType => ({ name, fields });

export const isDyn = ({ name }: CheckedType): boolean => name === 'dyn' || name === 'any';
export const isError = ({ name }: CheckedType): boolean => name === 'error';
export const isOptional = ({ name }: CheckedType): boolean => name === 'optional_type';

/** The elements of a list, the values of a map, the value of an optional; `dyn` of whatever has none. */
export const contentOf = ({ params }: CheckedType): CheckedType => params?.at(-1) ?? dyn;

const wordsOf: Readonly<Record<string, string>> = {
  'google.protobuf.Duration': 'duration',
  'google.protobuf.Timestamp': 'timestamp',
  null_type: 'null',
  error: '!error!',
};

/** As messages about types name it: `list(string)`, `duration`. */
export function typeText({ name, params = [] }: CheckedType): string {
  return params.length === 0 ? (wordsOf[name] ?? name) : `${name}(${params.map(typeText).join(', ')})`;
}

/** As messages about the results of whole expressions name it: `google.protobuf.Duration`. */
export function typeFullText({ name, params = [] }: CheckedType): string {
  return params.length === 0 ? name : `${name}(${params.map(typeFullText).join(', ')})`;
}

export function isSameType(a: CheckedType, b: CheckedType): boolean {
  const [x, y] = [a.params ?? [], b.params ?? []];
  return a.name === b.name && x.length === y.length && x.every((param, at) => isSameType(param, y[at]!));
}

/** Types that every expression can name. */
export const standardTypes: ReadonlyMap<string, CheckedType> = new Map(
  [
    ...['bool', 'bytes', 'double', 'int', 'null_type', 'string', 'type', 'uint'].map((name) => typeNamed(name)),
    ...[durationType, timestampType, listOf(dyn), mapOf(dyn, dyn), typeNamed('optional_type')],
  ].map((type) => [type.name, typeOf(type)]),
);
