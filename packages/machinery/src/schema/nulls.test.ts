/** What JSON tells as null of which nobody spoke; what is held is not touched. */
import { describe, expect, it } from '@jest/globals';
import { deepFreeze } from '../meta/frozen.js';
import { nullsOf } from './nulls.js';
import { int32, list, map, object, ref, type Schema, string, time } from './schema.js';

const condition = object({ type: string(1), lastProbeTime: time(2).alwaysThere(), until: time(3) });
const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`field${index}`, string()]));
const large = object({ ...many, rules: list(string()).orNull() });
interface Tree {
  readonly at?: string;
  readonly below?: readonly Tree[];
}
const tree: Schema<Tree> = object({ at: time(1).alwaysThere(), below: list(ref<Tree>(() => tree)) });

describe('values are told', () => {
  const kind = object({
    spec: object({
      limits: list(string()).required(),
      ports: list(int32()).orNull(),
      apiGroup: string().pointer().alwaysThere(),
      name: string().required(),
      template: ref(large),
    }),
    status: object({ conditions: list(condition), byName: map(condition), eventTime: time().required() }),
  });
  const tell = nullsOf(kind.node)!;
  it.each([
    ['of a list or a pointer that Go always writes', { spec: {} }, { spec: { ports: null, apiGroup: null } }],
    ['but for what was said', { spec: { ports: [], apiGroup: '' } }, { spec: { ports: [], apiGroup: '' } }],
    ['of times that are no pointers', { status: {} }, { status: { eventTime: null } }],
    [
      'in items and values',
      { status: { eventTime: 't', conditions: [{ type: 'Ready' }], byName: { a: { lastProbeTime: 't' }, b: {} } } },
      {
        status: {
          eventTime: 't',
          conditions: [{ type: 'Ready', lastProbeTime: null }],
          byName: { a: { lastProbeTime: 't' }, b: { lastProbeTime: null } },
        },
      },
    ],
    ['where there is nothing', {}, {}],
  ])('with null %s', (_name, value, expected) => {
    const frozen = deepFreeze(structuredClone(value));
    expect(tell(frozen)).toEqual(expected);
    expect(frozen).toEqual(value);
  });
  it('as they are where nothing is to be added', () => {
    const value = {
      spec: { ports: [1], apiGroup: 'a', template: { rules: [] } },
      status: { eventTime: 't', conditions: [] },
    };
    expect(tell(value)).toBe(value);
  });
  it('as the same value again, where it is of a type that objects hand on', () => {
    const template = Object.freeze({ field1: 'a' });
    const spec = { ports: [], apiGroup: '', template } as { template: object };
    const [first, again] = [tell({ spec }), tell({ spec: { ...spec } })];
    expect(first.spec.template).toEqual({ field1: 'a', rules: null });
    expect(again.spec.template).toBe(first.spec.template);
  });
});

it('nothing is told of kinds whose fields may all be left out, nor without end of types that hold themselves', () => {
  expect(nullsOf(object({ name: string(), at: time() }).node)).toBeUndefined();
  expect(nullsOf(tree.node)!({ below: [{ at: 't' }] } as Tree)).toEqual({ at: null, below: [{ at: 't' }] });
});
