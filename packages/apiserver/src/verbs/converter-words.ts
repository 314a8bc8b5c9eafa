/**
 * What apimachinery's converter says of values of the wrong type: it makes objects of what strategic patches and applies
 * come to, where the decoder (`decoderWords`) reads those that clients send.
 */
import { isInt64, isNumber, resolve, type SchemaNode, type TypeFault } from '@pintle/machinery';

/** Go's names of what JSON holds. */
export const goKind = (value: unknown) =>
  Array.isArray(value)
    ? 'slice'
    : typeof value === 'object'
      ? 'map'
      : isNumber(value)
        ? isInt64(value)
          ? 'int64'
          : 'float64'
        : typeof value === 'boolean'
          ? 'bool'
          : 'string';

/** Of several faults the one that the converter meets first: it goes through the fields of a struct in Go's order. */
export const firstFault = (schema: SchemaNode, faults: readonly TypeFault[]): TypeFault =>
  faults.toSorted((a, b) => orderOf(schema, a.path, b.path))[0]!;

function orderOf(place: SchemaNode, [a, ...left]: TypeFault['path'], [b, ...right]: TypeFault['path']): number {
  if (a === undefined || b === undefined) return 0;
  const { properties = {}, items, values } = resolve(place);
  if (typeof a === 'number' && typeof b === 'number') return a === b && items ? orderOf(items, left, right) : a - b;
  const [first, second] = [properties[a], properties[b]];
  if (a !== b) return placeInGo(a, first) - placeInGo(b, second);
  const inner = first ?? values;
  return inner === undefined ? 0 : orderOf(inner, left, right);
}

/** Mostly fields stand in the order of their numbers; what says that nothing else changes any more came last, and stands first. A map has none. */
const placeInGo = (name: string | number, field: SchemaNode | undefined): number =>
  name === 'immutable' ? 1 : (field?.proto ?? 0);

/** `decoded`: what the decoder says, as the type reads many values itself. */
export function converterWords({ expected, found }: TypeFault, decoded: string): string {
  const from = goKind(found);
  switch (expected) {
    case 'map':
      return `cannot restore map from ${from}`;
    case 'array':
      return `cannot restore slice from ${from}`;
    case 'object':
      return `cannot restore struct from: ${from}`;
    case 'string':
      return scalarWords(from, 'string');
    case 'boolean':
      return scalarWords(from, 'bool');
    case 'integer':
      return scalarWords(from, 'int64');
    case '32-bit integer':
      return scalarWords(from, 'int32');
    case 'byte':
      return scalarWords(from, 'uint8');
    case 'base64 string':
      return typeof found !== 'string' ? `cannot restore slice from ${from}` : `error decoding from json: ${decoded}`;
    default:
      return decoded;
  }
}

/** Only what Go itself would convert, a whole number to a character, say, does the converter speak of converting. */
export const scalarWords = (from: string, to: string): string =>
  (from === 'int64' && to === 'string') || (from === 'float64' && to.startsWith('int'))
    ? `cannot convert ${from} to ${to}`
    : `unrecognized type: ${to}`;
