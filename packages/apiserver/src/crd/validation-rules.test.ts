import { describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import type { Client } from '@pintle/client';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../server.js';

type Json = Readonly<Record<string, unknown>>;

const rule = (text: string, more: Json = {}) => ({ rule: text, ...more });

function definition(spec: Json, rootRules: readonly Json[] = []): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec },
              ...(rootRules.length === 0 ? {} : { 'x-kubernetes-validations': rootRules }),
            },
          },
        },
      ],
    },
  } as unknown as CustomResourceDefinition;
}

const Widget = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', scope: 'Namespaced' } as const;
const widget = (spec: Json): KubernetesObject =>
  ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w', namespace: 'default' },
    spec,
  }) as KubernetesObject;

async function serverWith(crd: CustomResourceDefinition): Promise<{ client: Client; settle(): Promise<void> }> {
  const world = virtualWorld({ seed: 1 });
  const pending = createApiServer({ world });
  await world.settle();
  const client = (await pending).client();
  await client.create(crd);
  await world.settle();
  return { client, settle: () => world.settle() };
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'accepted';
  } catch (error) {
    if (!StatusError.is(error)) throw error;
    return error.status.message ?? '';
  }
}

const integers = { min: { type: 'integer' }, max: { type: 'integer' } };
const patch = (client: Client, spec: Json) =>
  client.patch(Widget as never, { name: 'w', namespace: 'default' }, { type: 'merge', body: { spec } });

describe('rules of custom resources', () => {
  it('refuse what does not hold, with the words, the reason and the place of the rule', async () => {
    const { client } = await serverWith(
      definition({
        type: 'object',
        properties: integers,
        'x-kubernetes-validations': [
          rule('self.min <= self.max', { message: 'min must not be above max' }),
          rule('self.max < 100', {
            messageExpression: "'max is %d'.format([self.max])",
            reason: 'FieldValueForbidden',
            fieldPath: '.max',
          }),
          rule('self.min != 13'),
        ],
      }),
    );
    expect(await messageOf(client.create(widget({ min: 5, max: 1 })))).toBe(
      'Widget.example.com "w" is invalid: spec: Invalid value: "object": min must not be above max',
    );
    expect(await messageOf(client.create(widget({ min: 5, max: 200 })))).toBe(
      'Widget.example.com "w" is invalid: spec.max: Forbidden: max is 200',
    );
    expect(await messageOf(client.create(widget({ min: 13, max: 20 })))).toContain('failed rule: self.min != 13');
    expect(await messageOf(client.create(widget({ min: 1 })))).toContain(
      'spec: Invalid value: "object": no such key: max evaluating rule: min must not be above max',
    );
    expect(await messageOf(client.create(widget({ min: 1, max: 2 })))).toBe('accepted');
  });

  it('see a change: oldSelf, and what is new by optionalOldSelf', async () => {
    const { client } = await serverWith(
      definition({
        type: 'object',
        properties: {
          size: {
            type: 'integer',
            'x-kubernetes-validations': [rule('self >= oldSelf', { message: 'may not shrink' })],
          },
          color: {
            type: 'string',
            'x-kubernetes-validations': [
              rule("oldSelf.hasValue() || self == 'red'", { message: 'begins red', optionalOldSelf: true }),
            ],
          },
          parts: {
            type: 'array',
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['name'],
            items: {
              type: 'object',
              required: ['name'],
              properties: { name: { type: 'string' }, id: { type: 'integer' } },
              'x-kubernetes-validations': [rule('self.id == oldSelf.id', { message: 'id is immutable' })],
            },
          },
        },
      }),
    );
    expect(await messageOf(client.create(widget({ size: 3, color: 'blue' })))).toContain(
      'spec.color: Invalid value: "string": begins red',
    );
    await client.create(widget({ size: 3, color: 'red', parts: [{ name: 'a', id: 1 }] }));
    expect(await messageOf(patch(client, { size: 2 }))).toContain(
      'spec.size: Invalid value: "integer": may not shrink',
    );
    expect(await messageOf(patch(client, { color: 'blue' }))).toBe('accepted');
    expect(
      await messageOf(
        patch(client, {
          parts: [
            { name: 'b', id: 9 },
            { name: 'a', id: 2 },
          ],
        }),
      ),
    ).toContain('spec.parts[1]: Invalid value: "object": id is immutable');
    expect(
      await messageOf(
        patch(client, {
          parts: [
            { name: 'b', id: 9 },
            { name: 'a', id: 1 },
          ],
        }),
      ),
    ).toBe('accepted');
  });

  it('leave alone what was there before the rule and has not changed', async () => {
    const loose = definition({ type: 'object', properties: { ...integers, note: { type: 'string' } } });
    const { client, settle } = await serverWith(loose);
    await client.create(widget({ min: 500, note: 'a' }));
    const strict = definition({
      type: 'object',
      properties: {
        ...integers,
        note: { type: 'string' },
        min: { type: 'integer', 'x-kubernetes-validations': [rule('self < 10')] },
      },
    });
    await client.patch(
      CustomResourceDefinition,
      { name: 'widgets.example.com' },
      { type: 'merge', body: { spec: strict.spec } },
    );
    await settle();
    expect(await messageOf(patch(client, { note: 'b' }))).toBe('accepted');
    expect(await messageOf(patch(client, { min: 501 }))).toContain('failed rule: self < 10');
  });

  it('see no more of metadata than names', async () => {
    const { client } = await serverWith(definition({ type: 'object' }, [rule("self.metadata.name.startsWith('w')")]));
    expect(await messageOf(client.create(widget({})))).toBe('accepted');
  });

  it('cannot hang the server', async () => {
    const nested = 'self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))';
    const { client } = await serverWith(
      definition({
        type: 'object',
        // As many as a rule may be estimated to go through: a run still costs more than it may.
        properties: { list: { type: 'array', maxItems: 100, items: { type: 'integer' } } },
        'x-kubernetes-validations': [rule(nested)],
      }),
    );
    const list = Array.from({ length: 100 }, (_, at) => at);
    expect(await messageOf(client.create(widget({ list })))).toContain('call cost exceeds limit for rule');
  });
});

describe('definitions with rules that cannot be', () => {
  it.each([
    [[rule('self.nothing > 1')], "undefined field 'nothing'"],
    [[rule('self.min')], 'must evaluate to a bool'],
    [[rule('self.min >')], 'Syntax error'],
    [[rule('')], 'rule is not specified'],
    [[rule('self.min > 0', { messageExpression: '1' })], 'must evaluate to a string'],
    [[rule('self.min > 0', { optionalOldSelf: true })], 'may not be set if oldSelf is not used in rule'],
  ])('%j', async (rules, words) => {
    const world = virtualWorld({ seed: 1 });
    const pending = createApiServer({ world });
    await world.settle();
    const client = (await pending).client();
    const crd = definition({ type: 'object', properties: integers, 'x-kubernetes-validations': rules });
    const message = await messageOf(client.create(crd));
    expect(message).toContain('spec.validation.openAPIV3Schema.properties[spec].x-kubernetes-validations[0]');
    expect(message).toContain(words);
  });

  it('oldSelf in a list without keys', async () => {
    const world = virtualWorld({ seed: 1 });
    const pending = createApiServer({ world });
    await world.settle();
    const items = { type: 'string', 'x-kubernetes-validations': [rule('self == oldSelf')] };
    const crd = definition({ type: 'object', properties: { list: { type: 'array', items } } });
    expect(await messageOf((await pending).client().create(crd))).toContain('uncorrelatable portion of the schema');
  });
});

describe('definitions whose rules may cost too much', () => {
  const strings = (bounds: { readonly items?: object; readonly list?: object }, ...rules: Json[]) => ({
    type: 'object',
    properties: {
      list: {
        type: 'array',
        ...bounds.list,
        items: { type: 'string', ...bounds.items },
        'x-kubernetes-validations': rules,
      },
    },
  });
  const at = 'spec.validation.openAPIV3Schema';
  const place = `${at}.properties[spec].properties[list]`;
  const hint =
    '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
  const pairs = rule('self.all(x, self.exists_one(y, x.lowerAscii() == y.lowerAscii()))');
  const told = async (spec: Json) => {
    const world = virtualWorld({ seed: 1 });
    const pending = createApiServer({ world });
    await world.settle();
    return messageOf((await pending).client().create(definition(spec)));
  };

  it('are refused for one rule, and pass with bounds', async () => {
    const message = await told(strings({}, pairs));
    for (const fault of [
      `${place}.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${hint}`,
      `${place}.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `${at}: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
    ])
      expect(message).toContain(fault);
    expect(await told(strings({ list: { maxItems: 5 }, items: { maxLength: 5 } }, pairs))).toBe('accepted');
  });

  it('are told by how much', async () => {
    const all = rule('self.all(x, x.size() > 0)');
    // Six steps for each item.
    expect(await told(strings({ list: { maxItems: 2_000_000 } }, all))).toContain('by factor of 1.200000x');
    expect(await told(strings({ list: { maxItems: 5_000_000 } }, all))).toContain('by factor of 3.0x');
  });

  it('are refused for what an expression of a message may cost', async () => {
    const joined = rule('true', { messageExpression: 'string(self[0]) + string(self[1])' });
    expect(await told(strings({}, joined))).toContain(
      `${place}.x-kubernetes-validations[0].messageExpression: Forbidden: estimated messageExpression cost exceeds budget`,
    );
  });

  it('are refused for how often a rule may run', async () => {
    const rules = { 'x-kubernetes-validations': [rule("self.contains('xyz')")] };
    expect(await told(strings({ items: rules }))).toContain(
      `${place}.items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget`,
    );
    expect(await told(strings({ list: { maxItems: 10 }, items: { ...rules, maxLength: 10 } }))).toBe('accepted');
  });

  it('are refused for all rules together', async () => {
    const dear = Array.from({ length: 15 }, () => rule('self.all(x, x.size() > 0)'));
    const message = await told(strings({ list: { maxItems: 1_400_000 } }, ...dear));
    expect(message).toContain(`${at}: Forbidden: x-kubernetes-validations estimated rule cost total`);
    expect(message).toContain('by factor of 1.260000x');
    expect(message).not.toContain('Forbidden: estimated rule cost exceeds');
  });
});

describe('a default', () => {
  it.each([
    [{ type: 'integer', default: 0, 'x-kubernetes-validations': [rule('self > 0')] }, 'failed rule: self > 0'],
    [{ type: 'integer', default: 1, 'x-kubernetes-validations': [rule('self > oldSelf')] }, 'failed rule'],
    [{ type: 'integer', default: 1, 'x-kubernetes-validations': [rule('self > 0')] }, 'accepted'],
  ])('keeps the rules of its schema: %j', async (size, words) => {
    const world = virtualWorld({ seed: 1 });
    const pending = createApiServer({ world });
    await world.settle();
    const crd = definition({ type: 'object', properties: { size } });
    const message = await messageOf((await pending).client().create(crd));
    expect(message).toContain(words);
    if (words !== 'accepted') expect(message).toContain('properties[spec].properties[size].default: Invalid value');
  });
});

describe('a custom object that does not fit its schema', () => {
  const spec = {
    type: 'object',
    required: ['size'],
    properties: { size: { type: 'integer', maximum: 9 }, name: { type: 'string', maxLength: 3, pattern: '^[a-z]+$' } },
    'x-kubernetes-validations': [rule('self.size > 0')],
  };
  const left =
    '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  it.each([
    [{ size: 10 }, 'spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9'],
    [{}, `[spec.size: Required value, ${left}]`],
    [
      { size: 'x' },
      `[spec.size: Invalid value: "string": spec.size in body must be of type integer: "string", ${left}]`,
    ],
    [{ size: 1, name: 'ABCD' }, `[spec.name: Too long: may not be more than 3 bytes, ${left}]`],
  ])('%j is told of its rules where they were not come to', async (sent, words) => {
    const { client } = await serverWith(definition(spec));
    expect(await messageOf(client.create(widget(sent)))).toBe(`Widget.example.com "w" is invalid: ${words}`);
  });

  it('is not overwritten by one that names no version', async () => {
    const { client } = await serverWith(definition(spec));
    await client.create(widget({ size: 1 }));
    expect(await messageOf(client.update(widget({ size: 2 })))).toBe(
      'widgets.example.com "w" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    );
  });
});
