/** Definitions beside each other: contested names, one that goes while it is asked for again; and where broken rules are told of. */
import { apply, del, type Group, get, merge, post, put, type Row, table } from '../row.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

const definition = (group: string, plural: string, names: object, more: object = {}) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: { name: `${plural}.${group}` },
  spec: {
    ...{ group, scope: 'Namespaced', names: { plural, ...names } },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: anything }, ...more }],
  },
});

/** What the servers find out by themselves is there after it. */
const time = (name: string, waitMs = 1_500): Row => ({
  name,
  method: 'GET',
  path: '/api/v1/namespaces/NS/configmaps?watch=true',
  stream: { lines: 99, waitMs },
  counts: 'status',
});

const named = 'names.NS.example.com';
const defined = (name: string, plural: string, names: object): readonly Row[] => [
  post(name, definitions, definition(named, plural, names)),
  time(`${name}: it is judged`),
  get(`${name}: its verdict`, `${definitions}/${plural}.${named}`),
];
const at = (plural: string) => `${definitions}/${plural}.${named}`;

export const customNames: Group = {
  name: 'custom-names',
  rows: [
    ...defined('the first', 'as', { kind: 'A', shortNames: ['a1', 'a2'], categories: ['all'] }),
    ...defined('its short names', 'bs', { kind: 'B', shortNames: ['a1', 'b1', 'a2'] }),
    get('it is not served', `/apis/${named}/v1/bs`),
    ...defined('its list kind', 'cs', { kind: 'C', listKind: 'AList' }),
    ...defined('its singular', 'ds', { kind: 'D', singular: 'a' }),
    ...defined('a short name as plural', 'es', { kind: 'E', shortNames: ['as'] }),
    ...defined('its kind, and more', 'fs', { kind: 'A', singular: 'f', listKind: 'FList' }),
    ...defined('its list kind as kind', 'gs', { kind: 'AList' }),
    ...defined('one name twice', 'hs', { kind: 'H', singular: 'h', shortNames: ['hs', 'h'] }),
    get('the table', at('bs'), { headers: table }),
    merge('the first gives one up', at('as'), { spec: { names: { shortNames: ['a2'] } } }),
    time('it gave it up'),
    get('it has the other', at('as')),
    get('who waits for both still waits', at('bs')),
    merge('it asks for what it cannot have', at('as'), { spec: { names: { shortNames: ['a2', 'h'] } } }),
    time('it is judged again', 3_000),
    get('it keeps what it has', at('as')),
    get('its storage begins anew', `/apis/${named}/v1/as`),
    time('it has begun', 3_000),
    get('and is served', `/apis/${named}/v1/as`),
    get('under the names that it has', `/apis/${named}/v1`),
    merge('it asks for another kind', at('as'), { spec: { names: { kind: 'Other' } } }),
    merge('it asks for what it has', at('as'), { spec: { names: { shortNames: ['a2'] } } }),
    time('nothing is judged again'),
    get('its verdict stays', at('as')),
    merge('it asks for its own plural as short name', at('as'), { spec: { names: { shortNames: ['a2', 'as'] } } }),
    time('that is judged'),
    get('it has that already', at('as')),
    del('whoever wants a name that two wait for goes', at('gs')),
    time('it is forgotten'),
    del('the first goes', at('as')),
    time('it is gone', 3_000),
    get('the next has the short names', at('bs')),
    get('the next has the singular', at('ds')),
    get('the next has the short name', at('es')),
    ...['bs', 'cs', 'ds', 'es', 'fs', 'hs'].map((plural) => del(`${plural} goes`, at(plural))),
  ],
};

const ending = 'ending.NS.example.com';
const going = `${definitions}/as.${ending}`;
const objects = `/apis/${ending}/v1/namespaces/NS/as`;
const whole = definition(ending, 'as', { kind: 'A' }, { subresources: { status: {} } });
const object = (name: string, finalizers: readonly string[]) => ({
  ...{ apiVersion: `${ending}/v1`, kind: 'A', metadata: { name, finalizers } },
});

export const customEnding: Group = {
  name: 'custom-ending',
  rows: [
    post('a definition', definitions, whole),
    time('it is established', 3_000),
    post('one that holds', objects, object('held', ['example.com/hold'])),
    post('one that does not', objects, object('free', [])),
    del('the definition goes', going),
    time('it empties'),
    get('it is going', going),
    post('it is made again', definitions, whole),
    post('it is made again, dry', `${definitions}?dryRun=All`, whole),
    post('one of its own', objects, object('new', [])),
    put('one that is not there', `${objects}/new`, object('new', [])),
    apply('applied', `${objects}/new`, object('new', [])),
    merge('one that holds changes', `${objects}/held`, { spec: { x: 1 } }),
    get('what is left', objects),
    get('its discovery', `/apis/${ending}/v1`),
    get('its group', `/apis/${ending}`),
    merge('another short name', going, { spec: { names: { shortNames: ['x'] } } }),
    time('that is judged'),
    get('it has it', going),
    get('it is told of', `/apis/${ending}/v1`),
    merge('another finalizer', going, { metadata: { finalizers: ['example.com/more'] } }),
    del('it goes once more', going),
    merge('nothing holds', `${objects}/held`, { metadata: { finalizers: null } }),
    time('it has gone', 6_000),
    get('it is gone', going),
    get('and they are', objects),
    post('it is made anew', definitions, whole),
    time('that is established', 3_000),
    get('it is new', going),
    get('its storage begins', objects),
    time('it has begun', 3_000),
    get('and empty', objects),
    del('it goes at once', going),
  ],
};

const ruled = 'ruled.NS.example.com';
const number = (rules: readonly object[]) => ({ type: 'integer', 'x-kubernetes-validations': rules });
const small = { rule: 'self < 5', message: 'it is large' };
const spec = {
  type: 'object',
  properties: {
    m: { type: 'object', maxProperties: 9, additionalProperties: number([small]) },
    deep: {
      type: 'object',
      maxProperties: 9,
      additionalProperties: {
        ...{ type: 'object', properties: { n: number([small]), bound: { type: 'integer', maximum: 4 } } },
        'x-kubernetes-validations': [{ rule: '!has(self.n) || self.n != 3', fieldPath: '.n', message: 'three' }],
      },
    },
    list: {
      ...{ type: 'array', maxItems: 9, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      items: { type: 'object', required: ['k'], properties: { k: { type: 'string' }, n: number([small]) } },
    },
    texts: { type: 'object', additionalProperties: { type: 'string', pattern: '^a' } },
  },
  'x-kubernetes-validations': [
    { rule: "!has(self.m) || !('x' in self.m) || self.m.x != 2", fieldPath: ".m['x']", message: 'two' },
    {
      rule: "!has(self.deep) || !('a.b' in self.deep) || !has(self.deep['a.b'].n) || self.deep['a.b'].n != 1",
      fieldPath: ".deep['a.b'].n",
      reason: 'FieldValueForbidden',
    },
  ],
};
const things = `/apis/${ruled}/v1/namespaces/NS/things`;
const thing = (written: object) => ({
  apiVersion: `${ruled}/v1`,
  kind: 'Thing',
  metadata: { name: 'x' },
  spec: written,
});

export const customRules: Group = {
  name: 'custom-rules',
  rows: [
    post(
      'a definition',
      definitions,
      definition(
        ruled,
        'things',
        { kind: 'Thing' },
        { schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } },
      ),
    ),
    time('it is established', 3_000),
    post('of a key', things, thing({ m: { k: 7 } })),
    post('of a key that is none of a field', things, thing({ m: { 'a.b/c': 7, 'd e': 8 } })),
    post('of a rule that names a key', things, thing({ m: { x: 2 } })),
    post('of a field below a key', things, thing({ deep: { k: { n: 7 } } })),
    post('of a rule of what is below a key', things, thing({ deep: { k: { n: 3 } } })),
    post('of a rule that names what is below a key', things, thing({ deep: { 'a.b': { n: 1 } } })),
    post('of a bound below a key', things, thing({ deep: { k: { bound: 7 }, 'a.b': { bound: 7 } } })),
    post('of a type below a key', things, thing({ deep: { k: { bound: 'x' }, 'a.b': 7 }, m: { k: 'x' } })),
    post('of a pattern of values', things, thing({ texts: { k: 'b', 'a.b': 'c' } })),
    post('of an item', things, thing({ list: [{ k: 'a' }, { k: 'b', n: 7 }] })),
    post('of keys twice', things, thing({ list: [{ k: 'a' }, { k: 'a' }] })),
    post('all is well', things, thing({ m: { k: 1 }, deep: { 'a.b': { n: 2 } }, list: [{ k: 'a', n: 1 }] })),
    merge('a key, later', `${things}/x`, { spec: { m: { k: 7 } } }),
    merge('a field below a key, later', `${things}/x`, { spec: { deep: { 'a.b': { n: 3 } } } }),
  ],
};
