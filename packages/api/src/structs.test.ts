/**
 * Which fields Go holds as structs and scalars and not as pointers to them: upstream's OpenAPI says so by a default of `{}`, or
 * of a zero value. Where the reference folder is present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { describe, expect, it } from '@jest/globals';
import { type SchemaNode, zeroOf } from '@pintle/machinery';
import { ofOurTypes, ofUpstreamTypes, upstreamIsPresent } from './schema-documents.fixture.js';

const upstreamStructs = () =>
  ofUpstreamTypes(({ properties = {} }) =>
    Object.keys(properties)
      .filter((key) => JSON.stringify(properties[key]!.default) === '{}')
      .sort(),
  );

const ourStructs = () =>
  ofOurTypes((properties) =>
    Object.keys(properties)
      .filter((key) => properties[key]!.alwaysThere === true && properties[key]!.type === 'object')
      .sort(),
  );

const isZero = (value: unknown) => value === '' || value === 0 || value === false;
/** A quantity is a struct to upstream, which its schema does not tell of. */
const isTold = (place: SchemaNode) => place.required === true && place.type !== 'quantity' && isZero(zeroOf(place));

const upstreamScalars = () =>
  ofUpstreamTypes(({ properties = {}, required = [] }) =>
    Object.keys(properties)
      .filter((key) => required.includes(key) && isZero(properties[key]!.default))
      .sort(),
  );

const ourScalars = () =>
  ofOurTypes((properties) =>
    Object.keys(properties)
      .filter((key) => isTold(properties[key]!))
      .sort(),
  );

const differing = (theirs: ReadonlyMap<string, readonly string[]>, ours: ReadonlyMap<string, readonly string[]>) =>
  [...ours].flatMap(([name, fields]) => {
    const wanted = theirs.get(name)?.filter((key) => key !== 'metadata');
    const own = fields.filter((key) => key !== 'metadata');
    return wanted === undefined || JSON.stringify(wanted) === JSON.stringify(own) ? [] : [{ name, wanted, own }];
  });

(upstreamIsPresent() ? describe : describe.skip)('fields that are always there', () => {
  it('are those that upstream holds as structs', () => {
    expect(differing(upstreamStructs(), ourStructs())).toEqual([]);
  });

  it('or as scalars', () => {
    expect(differing(upstreamScalars(), ourScalars())).toEqual([]);
  });
});
