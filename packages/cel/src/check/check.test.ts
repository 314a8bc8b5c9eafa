/** What is said of expressions before they run: the words, the places and the types of kube-apiserver 1.33. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { schemaFromOpenApi } from '@pintle/machinery';
import { CelCompileError, celEnvironment } from '../compile.js';
import { kubernetesLibraries } from '../library/kubernetes.js';
import { type CheckedType, listOf, objectNamed, textType, typeFullText } from './checked-type.js';
import { typeOfSchema } from './schema-type.js';

interface Case {
  readonly source: string;
  readonly said: readonly string[];
}

function casesOf(file: string): readonly Case[] {
  const cases: { source: string; said: string[] }[] = [];
  for (const line of readFileSync(join(__dirname, file), 'utf8').trimEnd().split('\n')) {
    if (line.startsWith('# ')) continue;
    if (line.startsWith('  ')) cases.at(-1)!.said.push(line.trim());
    else cases.push({ source: line.replaceAll('\\n', '\n'), said: [] });
  }
  return cases;
}

const environment = celEnvironment({ libraries: kubernetesLibraries });

function saidOf(source: string): readonly string[] {
  try {
    return [`= ${typeFullText(environment.compile(source).type)}`];
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return [...error.message.matchAll(/ERROR: <input>:(-?\d+:\d+: .*)/g)].map(([, text]) => text!.replace(/: /, ' '));
  }
}

describe.each(['check.cases.txt', '../syntax/read-on.cases.txt'])('%s', (file) => {
  it.each(casesOf(file).map(({ source, said }) => [source, said] as const))('%s', (source, said) => {
    expect(saidOf(source)).toEqual(said);
  });
});

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    ports: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' } } } },
    any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    unknown: { 'x-kubernetes-preserve-unknown-fields': true },
    either: { 'x-kubernetes-int-or-string': true },
    labels: { type: 'object', additionalProperties: { type: 'object', properties: { x: { type: 'string' } } } },
  },
};

describe('what a schema describes', () => {
  const self = typeOfSchema(schemaFromOpenApi(schema, '').node, 'selfType');
  const compile = (source: string, variables: Readonly<Record<string, CheckedType>> = { self }) =>
    celEnvironment({ variables, libraries: kubernetesLibraries }).compile(source);

  it.each([
    ['self.any.deep', "1:9: undefined field 'deep'"],
    ['self.unknown', "1:5: undefined field 'unknown'"],
    ['self.ports[0].prot', "1:14: undefined field 'prot'"],
    ['self == 1', "1:6: found no matching overload for '_==_' applied to '(selfType, int)'"],
    ['self.ports[0] == 1', "applied to '(selfType.ports.@idx, int)'"],
    ["self.labels['a'] == 1", "applied to '(selfType.labels.@elem, int)'"],
    ['self.ports == 1', "applied to '(list(selfType.ports.@idx), int)'"],
    ['self["name"]', "1:5: found no matching overload for '_[_]' applied to '(selfType, string)'"],
  ])('%s: %s', (source, problem) => {
    expect(() => compile(source)).toThrow(problem);
  });

  it('may be of any type', () => {
    expect(typeFullText(compile('self.either').type)).toBe('dyn');
    expect(typeFullText(compile('self.ports.map(p, p.port)').type)).toBe('list(int)');
  });

  it('is what its variables are', () => {
    const variables = { v: objectNamed('kubernetes.variables', new Map([['texts', listOf(textType)]])) };
    expect(typeFullText(compile('v.texts.filter(t, t != "")', variables).type)).toBe('list(string)');
    expect(() => compile('v.texts + 1', variables)).toThrow(
      "1:9: found no matching overload for '_+_' applied to '(list(string), int)'",
    );
    expect(() => compile('v.none', variables)).toThrow("1:2: undefined field 'none'");
  });
});

describe('problems are pointed to', () => {
  it.each([
    ["'日本' + 日", "\n | '日本' + 日\n | .\uff0e\uff0e....\uff3e"],
    ['true &&\n\ta', '\n |  a\n | .^'],
  ])('%j', (source, shown) => {
    expect(() => environment.compile(source)).toThrow(shown);
  });

  it('but not into nothing at all', () => {
    expect(() => environment.compile('')).toThrow(/^compilation failed: ERROR: <input>:1:0: Syntax error: [^\n]*$/);
  });

  it('but a line that is too long is not shown', () => {
    expect(() => environment.compile(`'${'a'.repeat(17_000)}' + b`)).toThrow(/container ''\)$/);
  });

  it('and of a hundred is told how many there are more', () => {
    expect(() => environment.compile(`[${'a,'.repeat(120)}a]`)).toThrow(/\n21 more errors were truncated$/);
  });
});
