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

export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@pintle/source', 'node', 'require', 'default'] },
  testMatch: ['<rootDir>/{packages,tools,examples}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.types/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform,
  transformIgnorePatterns: ['/node_modules/(?!(jose|sorted-btree)/)'],
  injectGlobals: false,
};
