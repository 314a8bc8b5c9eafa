/** Semantic versions (semver.org, 2.0.0): `semver('1.2.3').isLessThan(semver('2.0.0'))`. */
import type { Library, Overload } from '../functions.js';
import { CelError, type Opaque, type Value } from '../values.js';

export class Semver implements Opaque {
  readonly celType = 'kubernetes.Semver';
  constructor(
    readonly core: readonly [bigint, bigint, bigint],
    readonly preRelease: readonly string[],
  ) {}
  equals(other: Opaque): boolean {
    return other instanceof Semver && compareSemver(this, other) === 0;
  }
}

const shape =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** A leading `v`, missing parts and zeros in front are put right. */
function normalized(text: string): string {
  const [, core = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(text) ?? [];
  const parts = core.split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return `${parts.join('.')}${rest}`;
}

function parseSemver(text: string, normalize: boolean): Semver | undefined {
  const found = shape.exec(normalize ? normalized(text) : text);
  if (found === null) return undefined;
  const [, major, minor, patch, preRelease] = found;
  return new Semver([BigInt(major!), BigInt(minor!), BigInt(patch!)], preRelease?.split('.') ?? []);
}

function semver(text: string, normalize = false): Semver {
  const found = parseSemver(text, normalize);
  if (found === undefined) throw new CelError(`invalid semantic version: ${JSON.stringify(text)}`);
  return found;
}

/** By numbers, then by what comes before a release; builds do not count. */
export function compareSemver(a: Semver, b: Semver): number {
  for (const [at, part] of a.core.entries()) if (part !== b.core[at]) return part < b.core[at]! ? -1 : 1;
  if (a.preRelease.length === 0 || b.preRelease.length === 0)
    return Math.sign(b.preRelease.length - a.preRelease.length);
  for (let at = 0; at < Math.max(a.preRelease.length, b.preRelease.length); at++) {
    const [x, y] = [a.preRelease[at], b.preRelease[at]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (x === y) continue;
    const [nx, ny] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (nx && ny) return BigInt(x) < BigInt(y) ? -1 : 1;
    if (nx !== ny) return nx ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

const type = 'kubernetes.Semver';
const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Value,
): Overload => ({
  name,
  as: 'method',
  params: [type, ...params],
  result,
  run,
});

export const semverLibrary: Library = {
  types: [type],
  overloads: [
    { name: 'semver', params: ['string'], result: type, run: (text: string) => semver(text) },
    { name: 'semver', params: ['string', 'bool'], result: type, run: semver },
    {
      name: 'isSemver',
      params: ['string'],
      result: 'bool',
      run: (text: string) => parseSemver(text, false) !== undefined,
    },
    {
      name: 'isSemver',
      params: ['string', 'bool'],
      result: 'bool',
      run: (text: string, normalize: boolean) => parseSemver(text, normalize) !== undefined,
    },
    method('major', [], 'int', ({ core }: Semver) => core[0]),
    method('minor', [], 'int', ({ core }: Semver) => core[1]),
    method('patch', [], 'int', ({ core }: Semver) => core[2]),
    method('isLessThan', [type], 'bool', (a: Semver, b: Semver) => compareSemver(a, b) < 0),
    method('isGreaterThan', [type], 'bool', (a: Semver, b: Semver) => compareSemver(a, b) > 0),
    method('compareTo', [type], 'int', (a: Semver, b: Semver) => BigInt(compareSemver(a, b))),
  ],
};
