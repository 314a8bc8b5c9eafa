/** Style that a machine can hold: rings, hosts, the ambient world, sizes, and what must not be left behind. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rings, within } from './rings.js';
import { codeOf, importsOf, root, type Source, sources } from './sources.js';

const all = sources();
const shipped = all.filter(({ isTest }) => !isTest);
const inNodejsFolder = ({ path }: Source) => path.includes('/nodejs/');
const innerRings = (source: Source) => (rings[source.package] ?? 9) <= 4;

/** `file:line: what`, for every match in the code of the files. */
function matches(files: readonly Source[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) =>
    codeOf(text)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

const packageOf = (name: string) => (name === 'pintle' ? 'pintle' : /^@pintle\/([^/]+)/.exec(name)?.[1]);

describe('rings', () => {
  it('every package has one', () => {
    expect([...new Set(all.map((source) => source.package))].filter((name) => rings[name] === undefined)).toEqual([]);
  });

  it('imports point inward', () => {
    const outward = shipped.flatMap((source) =>
      importsOf(source).flatMap(({ name, line }) => {
        const target = packageOf(name);
        if (target === undefined || target === source.package) return [];
        const [from, to] = [rings[source.package]!, rings[target]!];
        const allowed = to < from || (to === from && (within[source.package] ?? []).includes(target));
        return allowed ? [] : [`${source.path}:${line}: ring ${from} imports ${name} of ring ${to}`];
      }),
    );
    expect(outward).toEqual([]);
  });

  it('what is imported is declared, and what is declared is imported', () => {
    const faults: string[] = [];
    for (const name of new Set(shipped.map((source) => source.package))) {
      const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')) as {
        dependencies?: Record<string, string>;
        peerDependencies?: Record<string, string>;
      };
      const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }));
      const used = new Set<string>();
      for (const source of shipped.filter((file) => file.package === name)) {
        for (const { name: module } of importsOf(source)) {
          if (module.startsWith('.') || module.startsWith('node:')) continue;
          const parts = module.split('/');
          const dependency = module.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
          const own = name === 'pintle' ? 'pintle' : `@pintle/${name}`;
          if (dependency === own) continue;
          used.add(dependency);
          if (!declared.has(dependency))
            faults.push(`${source.path} imports ${dependency}, which packages/${name}/package.json does not declare`);
        }
      }
      for (const dependency of declared)
        if (!used.has(dependency))
          faults.push(`packages/${name}/package.json declares ${dependency}, which nothing imports`);
    }
    expect(faults).toEqual([]);
  });
});

describe('the host', () => {
  it('rings 0 to 4 use node: modules in folders called nodejs only', () => {
    const faults = shipped
      .filter((source) => innerRings(source) && !inNodejsFolder(source))
      .flatMap((source) =>
        importsOf(source).flatMap(({ name, line }) =>
          name.startsWith('node:') ? [`${source.path}:${line}: ${name}`] : [],
        ),
      );
    expect(faults).toEqual([]);
  });

  it('rings 0 to 4 use no ambient time, randomness, ids or environment', () => {
    const ambient =
      /\b(?:Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|setImmediate|randomUUID|getRandomValues|performance\.now|process\.(?:env|hrtime|argv))\b/;
    const makesTheWorld = new Set([
      'packages/machinery/src/world/real-world.ts',
      'packages/machinery/src/world/virtual-world.ts',
    ]);
    expect(
      matches(
        shipped.filter((source) => innerRings(source) && !inNodejsFolder(source) && !makesTheWorld.has(source.path)),
        ambient,
      ),
    ).toEqual([]);
  });
});

describe('files', () => {
  it('hold one concept: at most 500 lines, tables of tests 700', () => {
    expect(
      all
        .filter(({ text, isTest }) => text.split('\n').length > (isTest ? 701 : 501))
        .map(({ path, text }) => `${path}: ${text.split('\n').length}`),
    ).toEqual([]);
  });

  it('have names that say what they hold', () => {
    expect(
      all
        .filter(({ path }) => /(^|\/)(utils?|helpers?|common|types|misc|internal)(\.ts|\/)/.test(path))
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('leave nothing open, and skip no test for good', () => {
    expect(all.filter(({ text }) => /\b(TODO|FIXME|XXX)\b/.test(text)).map(({ path }) => path)).toEqual([]);
    expect(matches(all, /\b(?:it|test|describe)\.(?:only|todo)\b|\bf(?:it|describe)\(/)).toEqual([]);
  });

  it('hold no state of their own: no module-level let', () => {
    expect(matches(shipped, /^(?:export )?let\b/)).toEqual([]);
  });
});
