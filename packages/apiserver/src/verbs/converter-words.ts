/**
 * What apimachinery's converter says of values of the wrong type: it makes objects of what strategic patches and applies
 * come to, where the decoder (`decoderWords`) reads those that clients send.
 */
import type { TypeFault } from '@pintle/machinery';

/** Go's names of what JSON holds. */
export const goKind = (value: unknown) =>
  Array.isArray(value)
    ? 'slice'
    : typeof value === 'object'
      ? 'map'
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? 'int64'
          : 'float64'
        : typeof value === 'boolean'
          ? 'bool'
          : 'string';

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
    case 'base64 string':
      return `error decoding from json: ${decoded}`;
    default:
      return decoded;
  }
}

/** Only what Go itself would convert, a whole number to a character, say, does the converter speak of converting. */
export const scalarWords = (from: string, to: string): string =>
  (from === 'int64' && to === 'string') || (from === 'float64' && to.startsWith('int'))
    ? `cannot convert ${from} to ${to}`
    : `unrecognized type: ${to}`;
