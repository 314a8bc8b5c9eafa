/** Kubernetes' functions on regular expressions: `'abc 123'.find('[0-9]+')`. */
import { type Library, type Overload, traversal } from '../functions.js';
import type { Value } from '../values.js';
import { pattern } from './pattern.js';

const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
): Overload => ({
  name,
  as: 'method',
  params: ['string', 'string', ...params],
  result,
  run,
  cost: (text: string, source: string) => traversal(1 + text.length) * Math.ceil(source.length / 4),
});

function findAll(text: string, source: string, limit: bigint): readonly string[] {
  const matcher = pattern(source).matcher(text);
  const found: string[] = [];
  while ((limit < 0n || BigInt(found.length) < limit) && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

export const regexLibrary: Library = {
  overloads: [
    method('find', [], 'string', (text: string, source: string) => findAll(text, source, 1n)[0] ?? ''),
    method('findAll', [], 'list(string)', (text: string, source: string) => findAll(text, source, -1n)),
    method('findAll', ['int'], 'list(string)', findAll),
  ],
};
