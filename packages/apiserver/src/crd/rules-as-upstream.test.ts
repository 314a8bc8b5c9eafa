/** What is said of rules, and by them: the words, the places and the order of kube-apiserver 1.33. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import * as cel from '@pintle/cel';
import type { Client } from '@pintle/client';
import {
  formatFieldError,
  type KubernetesObject,
  StatusError,
  schemaFromOpenApi,
  virtualWorld,
} from '@pintle/machinery';
import { createApiServer } from '../server.js';
import { judgeByRules } from './broken-rules.js';
import { compileRules } from './validation-rules.js';

type Case = Readonly<Record<string, string>> & { readonly said: readonly string[] };

/** Lines of `word JSON`, and below them, indented, what is said. */
function casesOf(file: string): readonly Case[] {
  const cases: (Record<string, string> & { said: string[] })[] = [];
  for (const line of readFileSync(join(__dirname, file), 'utf8').trimEnd().split('\n')) {
    if (line.startsWith('#')) continue;
    if (line.startsWith('  ')) cases.at(-1)!.said.push(line.slice(2));
    else {
      const word = line.slice(0, line.indexOf(' '));
      if (word === 'schema') cases.push({ said: [] } as unknown as Record<string, string> & { said: string[] });
      cases.at(-1)![word] = line.slice(word.length + 1);
    }
  }
  return cases as readonly Case[];
}

const oneLine = (text: string) => text.replaceAll('\n', '\\n');

describe('rules that are held against an object', () => {
  it.each(casesOf('held-rules.cases.txt').map((each) => [each['schema']!, each['object']!, each] as const))(
    '%s of %s',
    (schema, object, { old, said }) => {
      const { node } = schemaFromOpenApi(JSON.parse(schema), '');
      const rules = compileRules(cel, node, '').node!;
      const before = old === undefined ? undefined : (JSON.parse(old) as unknown);
      const { errors } = judgeByRules(cel, rules, JSON.parse(object), before);
      expect(errors.map((fault) => oneLine(formatFieldError(fault))).sort()).toEqual([...said].sort());
    },
  );
});

describe('rules of a definition', () => {
  const definition = (spec: unknown) =>
    ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            ...{ name: 'v1', served: true, storage: true },
            schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
          },
        ],
      },
    }) as CustomResourceDefinition;
  const root = 'spec.validation.openAPIV3Schema';
  let client: Client | undefined;

  it.each(casesOf('definition-rules.cases.txt').map((each) => [each['schema']!, each.said] as const))(
    '%s',
    async (schema, said) => {
      client ??= (await createApiServer({ world: virtualWorld() })).client();
      const error: unknown = await client
        .create(definition(JSON.parse(schema)), { dryRun: true })
        .then(() => undefined)
        .catch((refusal: unknown) => refusal);
      const causes = StatusError.is(error) ? (error.status.details?.causes ?? []) : [];
      expect(
        causes.map(({ field = '', message = '' }) => {
          const words = message.replace(/^Invalid value: (apiextensions\.ValidationRule\{Rule:.*?\(nil\)|\{"rule".*?)\}: /s, '');
          return oneLine(`${field}: ${words}`.replaceAll(root, ''));
        }),
      ).toEqual(said);
    },
  );
});

it('what has not changed is let through with a warning, and what has is not', async () => {
  const schema = {
    type: 'object',
    properties: {
      list: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: {
          type: 'object',
          required: ['k'],
          properties: {
            k: { type: 'string' },
            v: { type: 'string', 'x-kubernetes-validations': [{ rule: "self == 'a'" }] },
          },
        },
      },
      atomic: { type: 'array', items: { type: 'string', 'x-kubernetes-validations': [{ rule: "self == 'a'" }] } },
      other: { type: 'string' },
    },
  };
  const rules = compileRules(cel, schemaFromOpenApi(schema, '').node, '').node!;
  const judged = (object: object, old: object) => {
    const { errors, warnings } = judgeByRules(cel, rules, object as KubernetesObject, old);
    return [errors.map(({ field }) => field), warnings.map(({ field }) => field)];
  };
  const bad = { k: '1', v: 'x' };
  expect(judged({ list: [{ k: '0', v: 'a' }, bad], other: 'y' }, { list: [bad], other: 'x' })).toEqual([
    [],
    ['list[1].v'],
  ]);
  expect(judged({ list: [{ ...bad, v: 'y' }] }, { list: [bad] })).toEqual([['list[0].v'], []]);
  expect(judged({ atomic: ['x'], other: 'y' }, { atomic: ['x'] })).toEqual([[], ['atomic[0]']]);
  expect(judged({ atomic: ['x', 'a'] }, { atomic: ['x'] })).toEqual([['atomic[0]'], []]);
});
