/** The public tables of patches, where the reference folder is present: `../shared/kubernetes` or `PINTLE_REFERENCE`. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { type AnySchema, any, int32, list, map, object, ref, string } from '../schema/schema.js';
import { applyJsonPatch } from './json-patch.js';
import { PatchError } from './patch-error.js';
import { applyStrategicMergePatch } from './strategic-merge-patch.js';

const folder = join(process.env['PINTLE_REFERENCE'] ?? resolve('../shared/kubernetes'), 'cases');
const present = existsSync(folder);
if (!present) process.stdout.write('skipped: the reference folder with the tables of patches is not there\n');
const read = (name: string) => (present ? JSON.parse(readFileSync(join(folder, name), 'utf8')) : []);

interface JsonPatchCase {
  readonly comment?: string;
  readonly doc: unknown;
  readonly patch: readonly unknown[];
  readonly expected?: unknown;
  readonly error?: string;
  readonly disabled?: boolean;
}

/** Where kube-apiserver's library is laxer than the letter, or cannot put another document in the place of all. */
const otherwise = new Set([
  'replace object document with array document?',
  'replace array document with object document?',
  '[{"op":"add","path":"/bar/-1","value":"5"}]',
  'replacing the root of the document is possible with add',
  "missing 'value' parameter to add",
  "missing 'value' parameter to replace",
  'missing from location to copy',
  'test with bad array number that has leading zeros',
]);

(present ? describe : describe.skip)('JSON Patch', () => {
  const cases = ['json-patch.json', 'json-patch-spec.json']
    .flatMap((name) => read(name) as readonly JsonPatchCase[])
    .filter(({ disabled, expected, error }) => !disabled && (expected !== undefined || error !== undefined));
  const named = cases.map((one) => [one.comment ?? JSON.stringify(one.patch), one] as const);
  it.each(named.map(([name, one], index) => [`${index} ${name}`, one, otherwise.has(name)] as const))(
    '%s',
    (_name, { doc, patch, expected, error }, isOtherwise) => {
      const frozen = deepFreeze(structuredClone(doc));
      if ((error !== undefined) !== isOtherwise) expect(() => applyJsonPatch(frozen, patch)).toThrow(PatchError);
      else if (isOtherwise) expect(() => applyJsonPatch(frozen, patch)).not.toThrow();
      else expect(applyJsonPatch(frozen, patch)).toEqual(expected);
    },
  );
});

/** The type that upstream's cases are written against, as notation. */
const mergeItem: AnySchema = object({
  name: string(),
  value: string(),
  other: string(),
  mergingList: list(ref((): AnySchema => mergeItem)).mergeBy('name'),
  nonMergingList: list(ref((): AnySchema => mergeItem)),
  mergingIntList: list(int32()).mergeBy(),
  nonMergingIntList: list(int32()),
  mergeItemPtr: list(ref((): AnySchema => mergeItem)).mergeBy('name'),
  simpleMap: map(string()),
  replacingItem: any().patchStrategy('replace'),
  retainKeysMap: ref((): AnySchema => retainKeysItem).patchStrategy('retainKeys'),
  retainKeysMergingList: list(ref((): AnySchema => mergeItem)).mergeBy('name', 'merge', 'retainKeys'),
});
const retainKeysItem: AnySchema = object({
  name: string(),
  value: string(),
  other: string(),
  simpleMap: map(string()),
  mergingIntList: list(int32()).mergeBy(),
  mergingList: list(ref((): AnySchema => mergeItem)).mergeBy('name'),
  nonMergingList: list(ref((): AnySchema => mergeItem)),
});

interface StrategicCase {
  readonly Description?: string;
  readonly StrategicMergePatchRawTestCaseData?: Readonly<Record<string, string>>;
}

(present ? describe : describe.skip)('strategic merge patch', () => {
  const groups = Object.values(
    read('strategic-merge-patch.json') as Readonly<Record<string, { readonly cases: readonly StrategicCase[] }>>,
  );
  const cases = groups
    .flatMap(({ cases: all = [] }) => all)
    .flatMap(({ Description = '', StrategicMergePatchRawTestCaseData: data }) => {
      if (data === undefined) return [];
      const pairs: (readonly [string, string, string, string])[] = [];
      if (data['Original'] !== undefined && data['TwoWay'] !== undefined && !data['ExpectedError'])
        pairs.push([
          `${Description} (two-way)`,
          data['Original'],
          data['TwoWay'],
          data['TwoWayResult'] ?? data['Modified'] ?? '',
        ]);
      if (
        data['Current'] !== undefined &&
        data['ThreeWay'] !== undefined &&
        data['Result'] !== undefined &&
        !data['ExpectedError']
      )
        pairs.push([`${Description} (three-way)`, data['Current'], data['ThreeWay'], data['Result']]);
      return pairs;
    });
  it.each(cases)('%s', async (_name, document, patch, result) => {
    const { parse } = await import('yaml');
    const value = (text: string) => deepFreeze((parse(text) ?? {}) as unknown);
    expect(applyStrategicMergePatch(value(document), value(patch), mergeItem.node)).toEqual(value(result));
  });
});
