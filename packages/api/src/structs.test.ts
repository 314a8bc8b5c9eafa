/**
 * Which fields Go holds as structs and not as pointers to them: upstream's OpenAPI says so by a default of `{}`. Where the
 * reference folder is present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { describe, expect, it } from '@jest/globals';
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
      .filter((key) => properties[key]!.alwaysThere === true)
      .sort(),
  );

(upstreamIsPresent() ? describe : describe.skip)('fields that are always there', () => {
  it('are those that upstream holds as structs', () => {
    const theirs = upstreamStructs();
    const differing = [...ourStructs()].flatMap(([name, fields]) => {
      const wanted = theirs.get(name)?.filter((key) => key !== 'metadata');
      const ours = fields.filter((key) => key !== 'metadata');
      return wanted === undefined || JSON.stringify(wanted) === JSON.stringify(ours) ? [] : [{ name, wanted, ours }];
    });
    expect(differing).toEqual([]);
  });
});
