/** Kubernetes' functions on regular expressions: `'abc 123'.find('[0-9]+')`. */
import { type Library, type Overload, patternCost } from '../functions.js';
import { CelError, type Value } from '../values.js';
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
  cost: (text: string, source: string) => patternCost(text, source.length),
});

function legal(source: string): ReturnType<typeof pattern> {
  try {
    return pattern(source);
  } catch (error) {
    throw error instanceof CelError ? new CelError(`Illegal regex: ${error.message}`) : error;
  }
}

function findAll(text: string, source: string, limit: bigint): readonly string[] {
  const matcher = legal(source).matcher(text);
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
