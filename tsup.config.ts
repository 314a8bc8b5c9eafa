/**
 * The one build factory: every package is bundled by it, once as ES modules and once as CommonJS.
 * Entries are read from the package's own `exports`, so a subpath is declared in one place only.
 * Declarations are emitted apart from this, for all packages at once (`tools/build-types.ts`).
 *
 * A command is a program and not a library: it is one bundle, with all that it needs but the durable store, whose
 * library is native. It starts in about half the time that it takes to find and load its modules one by one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

interface Manifest {
  exports: Record<string, string | { '@pintle/source'?: string }>;
  bin?: Record<string, string>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

const entry: Record<string, string> = {};
for (const target of Object.values(manifest.exports)) {
  const source = typeof target === 'string' ? undefined : target['@pintle/source'];
  if (source === undefined || source.includes('*')) continue;
  entry[source.replace(/^\.\/src\//, '').replace(/\.ts$/, '')] = source;
}
const programs: Record<string, string> = {};
for (const target of Object.values(manifest.bin ?? {})) {
  const name = target.replace(/^\.\/dist\/bin\//, '').replace(/\.js$/, '');
  programs[name] = `./src/${name}.ts`;
}

const shared = { entry, target: 'node20', sourcemap: false, dts: false, clean: false, silent: true } as const;

const bundledPrograms: Options = {
  ...shared,
  entry: programs,
  format: 'esm',
  outDir: 'dist/bin',
  splitting: true,
  noExternal: [/^(?!@pintle\/store-lmdb$)/],
  external: ['@pintle/store-lmdb'],
  // CommonJS in an ES module asks for Node's modules by `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  esbuildOptions(options) {
    options.conditions = ['@pintle/source'];
    options.legalComments = 'eof';
  },
};

export default defineConfig([
  { ...shared, format: 'esm', outDir: 'dist/esm', splitting: true },
  {
    ...shared,
    format: 'cjs',
    outDir: 'dist/cjs',
    splitting: true,
    outExtension: () => ({ js: '.js' }),
    onSuccess: async () => writeFileSync('dist/cjs/package.json', '{"type":"commonjs"}\n'),
  },
  ...(Object.keys(programs).length === 0 ? [] : [bundledPrograms]),
]);
