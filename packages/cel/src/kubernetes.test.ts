/** What Kubernetes adds to the language, JSON as values, the check before a run, and the bounds of a run. */
import { describe, expect, it } from '@jest/globals';
import type { SchemaNode } from '@pintle/machinery';
import { typeOfSchema } from './check/schema-type.js';
import { celEnvironment } from './compile.js';
import { celValueOf, jsonOf } from './json-values.js';
import { kubernetesLibraries } from './library/kubernetes.js';

const environment = celEnvironment({ libraries: kubernetesLibraries });
const run = (expression: string) => environment.compile(expression).run().value;

describe('libraries of Kubernetes', () => {
  it.each([
    ["[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [].isSorted()"],
    ["[1, 2, 3].sum() == 6 && [1.5, 1.0].sum() == 2.5 && [duration('1m'), duration('1s')].sum() == duration('61s')"],
    ['[3, 1, 2].min() == 1 && [3, 1, 2].max() == 3'],
    ['[1, 2, 2].indexOf(2) == 1 && [1, 2, 2].lastIndexOf(2) == 2 && [1].indexOf(3) == -1'],
    ['sets.contains([1, 2, 3], [3, 1]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])'],
    ["'abc 123 45'.find('[0-9]+') == '123' && 'abc'.find('[0-9]+') == ''"],
    ["'123 abc 456'.findAll('[0-9]+') == ['123', '456'] && '123 abc 456'.findAll('[0-9]+', 1) == ['123']"],
    ["url('https://user:pw@example.com:8080/a%20b?k=v&k=w').getHost() == 'example.com:8080'"],
    ["url('https://example.com:80/').getScheme() == 'https' && url('https://[::1]:80/').getHostname() == '::1'"],
    ["url('https://example.com:80/').getPort() == '80' && url('/path').getEscapedPath() == '/path'"],
    [
      "url('https://example.com/?k=v&k=w').getQuery()['k'] == ['v', 'w'] && isURL('/absolute') && !isURL('../relative')",
    ],
    [
      "ip('10.0.0.1').family() == 4 && ip('2001:db8::1').family() == 6 && !isIP('10.0.0.01') && !isIP('::ffff:1.2.3.4')",
    ],
    ["ip('127.0.0.1').isLoopback() && ip('::').isUnspecified() && ip('fe80::1').isLinkLocalUnicast()"],
    ["ip('8.8.8.8').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()"],
    [
      "ip.isCanonical('2001:db8::') && !ip.isCanonical('2001:DB8::') && string(ip('2001:db8:0:0:1::')) == '2001:db8:0:0:1::'",
    ],
    ["cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))"],
    ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))"],
    [
      "cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('::/64').prefixLength() == 64 && !isCIDR('1.2.3.4/33')",
    ],
    ["quantity('1Gi').isGreaterThan(quantity('500M')) && quantity('1k') == quantity('1000') && !isQuantity('1.2.3')"],
    ["quantity('50k').add(20).asInteger() == 50020 && !quantity('1500m').sub(quantity('0.5')).isInteger()"],
    ["quantity('200m').asApproximateFloat() == 0.2 && !quantity('200m').isInteger() && sign(quantity('-1')) == -1"],
    ["quantity('1').compareTo(quantity('2')) == -1"],
    [
      "!format.dns1123Label().validate('my-label').hasValue() && format.dns1123Label().validate('My_Label').value().size() > 0",
    ],
    ["format.named('uuid').hasValue() && !format.named('nonsense').hasValue()"],
    ["semver('1.0.0-rc.1').isLessThan(semver('1.0.0')) && semver('v1.2', true).patch() == 0 && !isSemver('v1.2')"],
    ["semver('1.10.0').compareTo(semver('1.9.0')) == 1 && semver('1.2.3+a') == semver('1.2.3+b')"],
    ["{'a': 1, 'b': 2}.transformList(k, v, k + string(v)) == ['a1', 'b2']"],
    ["type(quantity('1')) == kubernetes.Quantity && type(ip('::1')) == net.IP"],
  ])('%s', (expression) => {
    expect(run(expression)).toBe(true);
  });

  it.each([
    "ip('x')",
    "cidr('10.0.0.0')",
    "quantity('one')",
    "url('../a')",
    "semver('1')",
    '[].min()',
    "'a'.find('(')",
  ])('%s has no value', (expression) => {
    expect(() => run(expression)).toThrow();
  });
});

const pod: SchemaNode = {
  type: 'object',
  properties: {
    replicas: { type: 'integer' },
    ratio: { type: 'number' },
    name: { type: 'string' },
    namespace: { type: 'string' },
    'x-y': { type: 'string' },
    created: { type: 'string', format: 'date-time' },
    labels: { type: 'map', values: { type: 'string' } },
    ports: { type: 'array', items: { type: 'object', properties: { port: { type: 'integer' } } } },
    anything: { type: 'intOrString' },
  },
};
const self = {
  replicas: 3,
  ratio: 1,
  name: 'web',
  namespace: 'shop',
  'x-y': 'z',
  created: '2025-01-01T00:00:00Z',
  labels: { app: 'web' },
  ports: [{ port: 80 }, { port: 443 }],
  anything: { deep: [1, 2.5] },
};
const typed = celEnvironment({ variables: { self: typeOfSchema(pod) }, libraries: kubernetesLibraries });

describe('JSON by its schema', () => {
  it.each([
    ['self.replicas + 1 == 4'],
    ['self.ratio / 2.0 == 0.5'],
    ["self.__namespace__ == 'shop' && self.x__dash__y == 'z'"],
    ['self.created.getFullYear() == 2025'],
    ["self.labels.app == 'web' && self.labels['app'] == 'web' && !has(self.labels.other) && 'app' in self.labels"],
    ['self.ports.all(p, p.port > 0) && self.ports.map(p, p.port) == [80, 443]'],
    ['self.anything.deep[0] == 1 && self.anything.deep[1] == 2.5'],
    ["self.?name.orValue('none') == 'web'"],
  ])('%s', (expression) => {
    expect(typed.compile(expression).run({ self: celValueOf(self, pod) }).value).toBe(true);
  });

  it('of a type that the server declares has its fields as they are named', () => {
    const declared = { ...pod, name: 'kubernetes.Some', properties: { ...pod.properties } };
    const { compile } = celEnvironment({ variables: { self: typeOfSchema(declared) }, libraries: kubernetesLibraries });
    expect(compile("self.namespace == 'shop'").run({ self: celValueOf(self, declared) }).value).toBe(true);
    expect(() => compile("self.__namespace__ == 'shop'")).toThrow("undefined field '__namespace__'");
    expect(typed.compile("self.namespace == 'shop'").run({ self: celValueOf(self, pod) }).value).toBe(true);
  });

  it('goes back to JSON', () => {
    expect(
      jsonOf(
        typed
          .compile('{"a": dyn([dyn(self.replicas), dyn(1.5), dyn(null)]), "b": dyn(true)}')
          .run({ self: celValueOf(self, pod) }).value,
      ),
    ).toEqual({
      a: [3, 1.5, null],
      b: true,
    });
  });
});

describe('lists whose items are known', () => {
  const lists: SchemaNode = {
    type: 'object',
    properties: {
      set: { type: 'array', listType: 'set', items: { type: 'string' } },
      map: {
        type: 'array',
        listType: 'map',
        listMapKeys: ['k'],
        items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } },
      },
    },
  };
  const variables = { self: typeOfSchema(lists), oldSelf: typeOfSchema(lists) };
  const { compile } = celEnvironment({ variables, libraries: kubernetesLibraries });
  const [now, then] = [
    {
      set: ['b', 'a'],
      map: [
        { k: 'x', v: 1 },
        { k: 'y', v: 2 },
      ],
    },
    {
      set: ['a', 'c'],
      map: [
        { k: 'y', v: 2 },
        { k: 'x', v: 1 },
      ],
    },
  ].map((value) => celValueOf(value, lists));

  it.each([
    ["self.set == ['a', 'b'] && ['a', 'b'] != self.set"],
    ["self.set != oldSelf.set && self.set + oldSelf.set == ['c', 'b', 'a']"],
    ['self.map == oldSelf.map && self.map + oldSelf.map == self.map'],
    ["(self.set + ['a']).size() == 2 && ['a'] + self.set == ['a', 'b', 'a']"],
  ])('%s', (expression) => {
    expect(compile(expression).run({ self: now, oldSelf: then }).value).toBe(true);
  });
});

describe('the check before a run', () => {
  it.each([
    ['self.nothing == 1', "undefined field 'nothing'"],
    ['other == 1', "undeclared reference to 'other' (in container '')"],
    ['self.replicas == self.name', "found no matching overload for '_==_' applied to '(int, string)'"],
    ['self.replicas + self.ratio > 1.0', "found no matching overload for '_+_' applied to '(int, double)'"],
    ['self.name.frobnicate()', "undeclared reference to 'frobnicate' (in container '')"],
    ['self.ports.all(p, p.prot > 0)', "undefined field 'prot'"],
    ['self.replicas.startsWith("a")', "found no matching overload for 'startsWith' applied to 'int.(string)'"],
    ['self.name.foo', "type 'string' does not support field selection"],
    ['self.name &&', "Syntax error: mismatched input '<EOF>' expecting {"],
    [
      'self.replicas.all(x, true)',
      "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
  ])('%s', (expression, problem) => {
    expect(() => typed.compile(expression)).toThrow(problem);
  });

  it('shows the place', () => {
    expect(() => typed.compile('true &&\n self.nothing')).toThrow(
      "compilation failed: ERROR: <input>:2:6: undefined field 'nothing'\n |  self.nothing\n | .....^",
    );
  });

  it('tells the type of the result', () => {
    expect(typed.compile('self.ports.map(p, p.port)').type).toEqual({ name: 'list', params: [{ name: 'int' }] });
    expect(typed.compile('self.anything.deep').type).toEqual({ name: 'dyn' });
  });
});

describe('what is written out', () => {
  it.each([
    ["[1, 'a']", "expected type 'int' but found 'string'"],
    ["{'a': 1, 'b': 'c'}", "expected type 'int' but found 'string'"],
    ["duration('x')", 'invalid duration argument'],
    ["timestamp('x')", 'invalid timestamp argument'],
    ["'a'.matches('(')", 'invalid matches argument'],
  ])('%s is refused before it runs', (expression, problem) => {
    expect(() => environment.compile(expression)).toThrow(problem);
  });

  it('may hold what is of no known type', () => {
    expect(run("[dyn(1), dyn('a')].size() == 2 && {'a': dyn(1), 'b': dyn('c')}.size() == 2")).toBe(true);
  });
});

describe('what has no value says so as in Kubernetes', () => {
  it.each([
    ["quantity('x')", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ["quantity('1Zi')", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ["quantity('9999999999999999999999999999999999999G').asInteger()", 'cannot convert value to integer'],
    ["ip('x')", 'IP Address "x" parse error during conversion from string: ParseAddr("x"): unable to parse IP'],
    ["ip('fe80::1%eth0')", 'IP address "fe80::1%eth0" with zone value is not allowed'],
    ["ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    [
      "cidr('x')",
      `network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("x"): no '/'`,
    ],
    ["url('x')", 'URL parse error during conversion from string: parse "x": invalid URI for request'],
    ["'a'.find('(' + '')", 'Illegal regex: error parsing regexp: missing closing ): `(`'],
    ["int('x' + '')", "type conversion error from 'string' to 'int'"],
    ["duration('x' + '')", "type conversion error from 'string' to 'google.protobuf.Duration'"],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['uint(-1)', 'program instantiation failed: unsigned integer overflow'],
    ["uint(0 - int('1'))", 'unsigned integer overflow'],
    ["dyn('x') > 5", 'no such overload'],
    ['dyn(1).b', 'no such key: b'],
    ['dyn(1)[0]', 'no such key: 0'],
    ['size(dyn(1))', 'no such overload: size'],
    ['dyn(1).all(x, true)', "got 'types.Int', expected iterable type"],
    ["[1][dyn('a')]", "unsupported index type 'string' in list"],
    ['[1][dyn(0.5)]', 'unsupported index value 0.5 in list'],
    [
      "'%d'.format([dyn('a')])",
      'error during formatting: decimal clause can only be used on integers, was given string',
    ],
    ["duration('9223372036s') + duration('9223372036s')", 'integer overflow'],
  ])('%s', (expression, message) => {
    expect(() => run(expression)).toThrow(new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`));
  });

  it('or has one after all', () => {
    expect(run("url('https://example.com/with space/').getEscapedPath()")).toBe('/with%20space/');
    expect(run("quantity('9999999999999999999999999999999999999G').isInteger()")).toBe(false);
  });
});

describe('the bounds of a run', () => {
  const numbers = celEnvironment({ variables: { n: { name: 'list' } } });
  const n = Array.from({ length: 1_000 }, (_, at) => BigInt(at));

  it('ends what costs too much, whatever would absorb an error', () => {
    const nested = 'n.all(a, n.all(b, n.all(c, a + b + c >= 0)))';
    expect(() => numbers.compile(nested).run({ n })).toThrow('actual cost limit exceeded');
    expect(() => numbers.compile(`${nested} || true`).run({ n })).toThrow('actual cost limit exceeded');
    expect(numbers.compile('n.all(a, a >= 0)').run({ n }).cost).toBeGreaterThan(1_000);
  });

  it('matches patterns in linear time', () => {
    expect(run(`'${'a'.repeat(5_000)}b'.matches('(a*)*$')`)).toBe(true);
    expect(() => run("'a'.matches('(?' + '=a)')")).toThrow('error parsing regexp');
  });

  it('refuses what is too deep or too long', () => {
    expect(() => environment.compile(`${'('.repeat(300)}1${')'.repeat(300)}`)).toThrow(
      '<input>:-1:0: expression recursion limit exceeded: 250',
    );
    expect(() => environment.compile(`1${' + 1'.repeat(251)}`)).toThrow('<input>:-1:0: max recursion depth exceeded');
    expect(run(`1${' + 1'.repeat(250)}`)).toBe(251n);
    expect(() => environment.compile(`'${'a'.repeat(100_001)}'`)).toThrow('exceeds limit');
    expect(run(Array.from({ length: 5_000 }, () => 'true').join(' && '))).toBe(true);
  });

  it.each(['constructor', '__proto__', 'toString'])('knows no method %s', (name) => {
    expect(() => environment.compile(`{}.${name}()`)).toThrow('undeclared reference');
    expect(() => run(`{'a': 1}.${name}`)).toThrow('no such key');
  });
});
