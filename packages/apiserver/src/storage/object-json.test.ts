import { expect, it } from '@jest/globals';
import { deepFreeze, type KubernetesObject } from '@pintle/machinery';
import fc from 'fast-check';
import { jsonOf } from './object-json.js';

const objects = fc.record(
  {
    apiVersion: fc.constant('v1'),
    kind: fc.string(),
    metadata: fc.record(
      {
        name: fc.string(),
        labels: fc.dictionary(fc.string(), fc.string()),
        managedFields: fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      },
      { requiredKeys: [] },
    ),
    spec: fc.jsonValue(),
    status: fc.option(fc.jsonValue(), { nil: undefined }),
    'a "key"': fc.jsonValue(),
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata'] },
);

it('is the JSON of the object, asked once or twice', () => {
  fc.assert(
    fc.property(objects, (generated) => {
      const object = deepFreeze(generated) as unknown as KubernetesObject;
      const plain = JSON.parse(JSON.stringify(object));
      expect(JSON.parse(jsonOf(object))).toEqual(plain);
      expect(JSON.parse(jsonOf({ ...object, metadata: { ...object.metadata, name: 'another' } }))).toEqual({
        ...plain,
        metadata: { ...plain.metadata, name: 'another' },
      });
    }),
  );
});

it('has what a thousand other parts pushed out, anew', () => {
  const of = (spec: object) => deepFreeze({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, spec });
  const first = of({ first: true });
  const text = jsonOf(first);
  for (let i = 0; i < 1000; i++) expect(jsonOf(of({ i }))).toContain(`"i":${i}`);
  expect(jsonOf(first)).toBe(text);
});
