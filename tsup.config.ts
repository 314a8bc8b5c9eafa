/**
 * The one build factory: every package is bundled by it, once as ES modules and once as CommonJS.
 * Entries are read from the package's own `exports`, so a subpath is declared in one place only.
 * Declarations are emitted apart from this, for all packages at once (`tools/build-types.ts`).
 *
 * A command is a program and not a library: `src/NAME.ts` is one bundle, `dist/bin/program.js`, with all that it needs but
 * the durable store, whose library is native. `src/launch.ts` runs it, from compiled code where there is some.
 */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { type BuildKind, noteBuilt } from './tools/built-files.js';
import { objectSpread } from './tools/object-spread.js';

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
const [program] = Object.values(manifest.bin ?? {}).map((target) => /([^/]+)\.js$/.exec(target)![1]!);

/** Notes what a bundling has made. `more`: what is written after it. */
const noting = (kind: BuildKind, ...more: readonly string[]): NonNullable<Options['plugins']>[number] => ({
  name: 'noting',
  buildEnd: ({ writtenFiles }) => noteBuilt('.', kind, [...writtenFiles.map(({ name }) => name), ...more]),
});

const shared: Options = {
  entry,
  target: 'node20',
  sourcemap: false,
  dts: false,
  clean: false,
  silent: true,
  esbuildPlugins: [objectSpread],
};

/** What `pintle demo` applies, which goes with the command. */
const exampleFolder = '../../examples/guestbook';
const example = program === undefined ? [] : readdirSync(exampleFolder);

const bundled: Options = {
  ...shared,
  format: 'cjs',
  outDir: 'dist/bin',
  plugins: [noting('bin', 'dist/bin/package.json', ...example.map((file) => `dist/guestbook/${file}`))],
  outExtension: () => ({ js: '.js' }),
  noExternal: [/^(?!@pintle\/store-lmdb$)/],
  external: ['@pintle/store-lmdb'],
  esbuildOptions(options) {
    options.conditions = ['@pintle/source'];
    options.legalComments = 'eof';
    options.charset = 'ascii';
    // A script of its own (`vm.Script`) cannot import.
    options.supported = { 'dynamic-import': false };
  },
  onSuccess: async () => {
    const path = 'dist/bin/program.js';
    const text = readFileSync(path, 'utf8').replace(/^#!.*\n/, '');
    const mark = createHash('sha256').update(text).digest('hex').slice(0, 16);
    const wrapped = `(function (exports, require, module, __filename, __dirname) {${text}\n})`;
    writeFileSync(path, `// ${mark}\n${wrapped}\n`);
    writeFileSync('dist/bin/package.json', '{"type":"commonjs"}\n');
    cpSync(exampleFolder, 'dist/guestbook', { recursive: true });
  },
};

export default defineConfig([
  { ...shared, format: 'esm', outDir: 'dist/esm', splitting: true, plugins: [noting('esm')] },
  {
    ...shared,
    format: 'cjs',
    outDir: 'dist/cjs',
    splitting: true,
    plugins: [noting('cjs', 'dist/cjs/package.json')],
    outExtension: () => ({ js: '.js' }),
    onSuccess: async () => writeFileSync('dist/cjs/package.json', '{"type":"commonjs"}\n'),
  },
  ...(program === undefined
    ? []
    : [{ ...bundled, entry: { [program]: './src/launch.ts', program: `./src/${program}.ts` } }]),
]);
