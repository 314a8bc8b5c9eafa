/**
 * An object of any kind says the same whether a client writes it as JSON or as protobuf, where Go writes the zero value of
 * all that is no pointer: what is read of it afterwards tells nobody how it came.
 */
import { expect, it } from '@jest/globals';
import { compileNormalizer, readMessage, resolve, type SchemaNode, writeMessage } from '@pintle/machinery';
import fc from 'fast-check';
import { builtinResources } from './index.js';

const kinds = builtinResources()
  .flatMap(({ kind, versions = [] }) => [kind, ...versions.map((version) => version.kind)])
  .map((kind) => [`${kind.group}/${kind.version} ${kind.kind}`, kind] as const);

/** Values deeper than this are left out. */
const depthMax = 7;

/** What a place may hold, zero values among it as often as others; undefined: nothing of it. */
function arbitraryOf(place: SchemaNode, depth: number): fc.Arbitrary<unknown> {
  const node = resolve(place);
  switch (node.type) {
    case 'string':
      return textOf(node);
    case 'integer':
      return fc.constantFrom(0, 1, -1, 2_147_483_647);
    case 'number':
      return fc.constantFrom(0, 1.5);
    case 'boolean':
      return fc.boolean();
    case 'quantity':
      return fc.constantFrom('0', '1', '100m', '2Gi');
    case 'intOrString':
      return fc.constantFrom(0, 80, '', 'http', '25%');
    case 'array':
      // An empty list, or map, cannot be told in protobuf: where it is other than none, it is nothing that both say.
      return fc.array(arbitraryOf(node.items!, depth + 1), { minLength: node.keepsEmpty ? 1 : 0, maxLength: 2 });
    case 'map':
      return fc.dictionary(fc.constantFrom('', 'a', 'b'), arbitraryOf(node.values!, depth + 1), {
        minKeys: node.keepsEmpty ? 1 : 0,
        maxKeys: 2,
      });
    case 'object':
      return node.properties === undefined || depth > depthMax ? fc.constant({}) : objectOf(node, depth);
    default:
      if (node.choices === undefined) return fc.constantFrom({ raw: 1 }, { raw: '' });
      return fc.constantFrom(...node.choices.map((choice) => oneOf(resolve(choice.node))));
  }
}

/** Of schemas of schemas, the only ones that there are choices of. */
function oneOf({ type, items }: SchemaNode): unknown {
  if (type === 'array') return [oneOf(resolve(items!))];
  return type === 'object' ? { type: 'string' } : type === 'boolean' ? false : 'a';
}

function textOf({ format }: SchemaNode): fc.Arbitrary<unknown> {
  switch (format) {
    case 'byte':
      return fc.constantFrom('', 'AAEC');
    case 'date-time':
      return fc.constantFrom('2025-01-01T00:00:00Z');
    case 'micro-time':
      return fc.constantFrom('2025-01-01T00:00:00.000001Z');
    case 'duration':
      return fc.constantFrom('0s', '1.5s');
    default:
      return fc.constantFrom('', 'a');
  }
}

function objectOf(node: SchemaNode, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.entries(node.properties ?? {}).filter(([, place]) => place.proto !== undefined);
  return fc
    .record(Object.fromEntries(fields.map(([key, place]) => [key, fc.option(fc.constant(place))])), {})
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          Object.entries(chosen).flatMap(([key, place]) =>
            place === null ? [] : [[key, arbitraryOf(place as SchemaNode, depth + 1)]],
          ),
        ),
      ),
    );
}

it.each(kinds)('%s', (_name, kind) => {
  const { node } = kind.schema;
  const normalize = compileNormalizer(node, { mode: 'served' });
  const read = (value: unknown) => {
    const { value: made, errors } = normalize(value);
    expect(errors).toEqual([]);
    return made;
  };
  fc.assert(
    fc.property(objectOf(node, 0), (json) => {
      const message = writeMessage(node, json as object);
      expect(read(readMessage(node, message))).toEqual(read(json));
    }),
    { numRuns: 25 },
  );
});
