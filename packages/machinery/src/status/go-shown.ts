/**
 * Bad values in Go's notation of them (`%#v`), in which messages of Kubernetes 1.33 tell lists, maps and structures. JSON does
 * not say of what Go type a value is, so whoever finds one at fault says it. A structure that nobody speaks for here is told as
 * JSON: most hold pointers, of which Go tells where they point.
 */
import { fromBase64 } from '../json/base64.js';
import { stringifyJson } from '../json/json-text.js';
import type { LabelSelector } from '../meta/v1.js';

/** What stands in a message in the place of a value. */
export class GoShown {
  constructor(readonly text: string) {}
}

/** What JSON holds, as Go reads it where no type is known: values of custom objects. */
export function untypedInGo(value: unknown): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(untypedInGo).join(', ')}}`;
  if (typeof value !== 'object') return stringifyJson(value);
  return mapOf('interface {}', value as Readonly<Record<string, unknown>>, untypedInGo);
}

/** Texts, numbers, truths and null are told as those of any other object. */
export const shownUntyped = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? new GoShown(untypedInGo(value)) : value;

/** `type` is of the texts, where Go has a name for it. */
export const shownTexts = (texts: readonly string[] | undefined, type = 'string'): GoShown =>
  new GoShown(textsInGo(texts, type));

export const shownTextMap = (map: Readonly<Record<string, string>> | undefined): GoShown =>
  new GoShown(textMapInGo(map));

/** Bytes that are written in base64. */
export function shownBytes(base64: string | undefined): GoShown {
  if (base64 === undefined) return new GoShown('[]byte(nil)');
  return new GoShown(`[]byte{${Array.from(fromBase64(base64), (byte) => `0x${byte.toString(16)}`).join(', ')}}`);
}

/** A pointer: of none it is null. */
export function shownSelector(selector: LabelSelector | undefined): GoShown | null {
  if (selector === undefined) return null;
  const { matchLabels, matchExpressions } = selector;
  const requirement = 'v1.LabelSelectorRequirement';
  const requirements = matchExpressions?.map(({ key, operator, values }) =>
    structInGo(requirement, {
      Key: JSON.stringify(key),
      Operator: JSON.stringify(operator),
      Values: textsInGo(values),
    }),
  );
  return new GoShown(
    structInGo('v1.LabelSelector', {
      MatchLabels: textMapInGo(matchLabels),
      MatchExpressions: listInGo(requirement, requirements),
    }),
  );
}

/** `fields` in Go's order, each as Go prints it. */
export const structInGo = (type: string, fields: Readonly<Record<string, string>>): string =>
  `${type}{${Object.entries(fields)
    .map(([field, text]) => `${field}:${text}`)
    .join(', ')}}`;

/** Items as Go prints them. */
export const listInGo = (type: string, items: readonly string[] | undefined): string =>
  items === undefined ? `[]${type}(nil)` : `[]${type}{${items.join(', ')}}`;

export const textsInGo = (texts: readonly string[] | undefined, type = 'string'): string =>
  listInGo(
    type,
    texts?.map((text) => JSON.stringify(text)),
  );

const textMapInGo = (map: Readonly<Record<string, string>> | undefined): string =>
  map === undefined ? 'map[string]string(nil)' : mapOf('string', map, JSON.stringify);

/** In the order of its keys. */
function mapOf<V>(type: string, map: Readonly<Record<string, V>>, inner: (value: V) => string): string {
  const entries = Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]${type}{${entries.map(([key, value]) => `${JSON.stringify(key)}:${inner(value)}`).join(', ')}}`;
}
