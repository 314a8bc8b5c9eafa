/** The message against the document in JSON: by a reader that knows fields by their numbers alone. */
import { describe, expect, it } from '@jest/globals';
import { openApiV3Message } from './openapi-v3-message.js';

/** The fields of a message, by their numbers; a value of a length is bytes. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, readonly (Uint8Array | number)[]> {
  const found = new Map<number, (Uint8Array | number)[]>();
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const value = (() => {
      if (tag % 8 === 0) return varint();
      if (tag % 8 === 1) {
        at += 8;
        return new DataView(bytes.buffer, bytes.byteOffset + at - 8, 8).getFloat64(0, true);
      }
      const length = varint();
      at += length;
      return bytes.subarray(at - length, at);
    })();
    const number = Math.floor(tag / 8);
    found.set(number, [...(found.get(number) ?? []), value]);
  }
  return found;
}

/** What stands at the end of a path of numbers, the first of each. */
function at(bytes: Uint8Array, ...path: readonly number[]): Uint8Array | number | undefined {
  let value: Uint8Array | number | undefined = bytes;
  for (const number of path) value = value instanceof Uint8Array ? fieldsOf(value).get(number)?.[0] : undefined;
  return value;
}
const text = (value: Uint8Array | number | undefined) => new TextDecoder().decode(value as Uint8Array);

const named = { $ref: '#/components/schemas/A' };
const property = (schema: object) =>
  at(
    openApiV3Message({ components: { schemas: { A: { properties: { a: schema } } } } }),
    // components, schemas, the first, its value, a schema, properties, the first, its value
    ...[5, 1, 1, 2, 1, 31, 1, 2],
  ) as Uint8Array;

describe('OpenAPI v3 in protobuf', () => {
  it('has the operations of paths', () => {
    const message = openApiV3Message({
      ...{ openapi: '3.0.0', info: { title: 'A', version: 'v1' } },
      paths: {
        '/b': {},
        '/a': {
          parameters: [{ name: 'p', in: 'path', required: true, schema: { type: 'string' } }],
          patch: {
            ...{ tags: ['t'], operationId: 'id', 'x-kubernetes-action': 'patch' },
            requestBody: { content: { 'application/json': { schema: named } }, required: true },
            responses: { 200: { description: 'OK' } },
          },
        },
      },
    });
    expect([text(at(message, 1)), text(at(message, 2, 1)), text(at(message, 2, 6))]).toEqual(['3.0.0', 'A', 'v1']);
    expect(text(at(message, 4, 1, 1))).toBe('/a');
    const item = at(message, 4, 1, 2) as Uint8Array;
    expect([text(at(item, 13, 1, 1)), at(item, 13, 1, 4)]).toEqual(['p', 1]);
    expect([text(at(item, 10, 1)), text(at(item, 10, 5))]).toEqual(['t', 'id']);
    expect([text(at(item, 10, 13, 1)), text(at(item, 10, 13, 2, 2))]).toEqual(['x-kubernetes-action', '"patch"\n']);
    // The body: its content, the first, its value, the schema, a reference.
    expect(text(at(item, 10, 7, 1, 2, 1, 2, 1, 2, 1))).toBe(named.$ref);
    expect([text(at(item, 10, 8, 2, 1)), text(at(item, 10, 8, 2, 2, 1, 1))]).toEqual(['200', 'OK']);
  });

  it.each<readonly [object, readonly number[], unknown]>([
    [named, [2, 1], named.$ref],
    [{ type: 'string' }, [1, 25], 'string'],
    [{ type: 'array', items: named }, [1, 30, 1, 2, 1], named.$ref],
    [{ additionalProperties: named }, [1, 32, 1, 2, 1], named.$ref],
    [{ additionalProperties: true }, [1, 32, 2], 1],
    [{ allOf: [named] }, [1, 26, 2, 1], named.$ref],
    [{ enum: ['x'] }, [1, 24, 2], '"x"\n'],
    [{ required: ['x'] }, [1, 23], 'x'],
    [{ default: 'x' }, [1, 33, 3], 'x'],
    [{ default: 1.5 }, [1, 33, 1], 1.5],
    [{ default: false }, [1, 33, 2], 0],
    [{ maximum: -1.5 }, [1, 11], -1.5],
    [{ maxLength: 300 }, [1, 15], 300],
    [{ nullable: true }, [1, 1], 1],
    [{ not: { type: 'x' } }, [1, 29, 25], 'x'],
    [{ 'x-a': { b: 1 } }, [1, 36, 2, 2], '{"b":1}\n'],
  ])('tells of a property %j', (schema, path, expected) => {
    const found = at(property(schema), ...path);
    expect(found instanceof Uint8Array ? text(found) : found).toEqual(expected);
  });
});
