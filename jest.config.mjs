/** Tests run from source: the first export condition of every package names its TypeScript. */
const transform = {
  '^.+\\.[cm]?[tj]s$': [
    '@swc/jest',
    {
      jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
      module: { type: 'commonjs', ignoreDynamic: false },
    },
  ],
};

/** The command of the examples, from source as well. */
process.env.PINTLE ??= `${process.execPath} --import tsx --conditions=@pintle/source packages/pintle/src/cli.ts`;

export default {
  testEnvironment: 'node',
  // A bound, not a measure: a busy machine is no fault.
  testTimeout: 30_000,
  testEnvironmentOptions: { customExportConditions: ['@pintle/source', 'node', 'require', 'default'] },
  testMatch: ['<rootDir>/{packages,tools,examples}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.types/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform,
  transformIgnorePatterns: ['/node_modules/(?!(jose|sorted-btree)/)'],
  injectGlobals: false,
};
