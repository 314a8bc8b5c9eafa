/** Versions of a definition that are not served, and such as it has no longer, while objects tell of them. */
import { apply, del, type Group, get, merge, post, put, type Row } from '../row.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const text = { type: 'string' };
const version = (name: string, more: object = {}) => ({
  ...{ name, served: true, storage: name === 'v2' },
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: text, b: text } } } },
  },
  ...more,
});
const definition = (plural: string, kind: string, versions: readonly object[]) => ({
  ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
  metadata: { name: `${plural}.NS.example.com` },
  spec: { group: 'NS.example.com', scope: 'Namespaced', names: { plural, kind }, versions },
});
const object = (kind: string, of: string, spec: object, more: object = {}) => ({
  ...{ apiVersion: `NS.example.com/${of}`, kind, metadata: { name: 'a', ...more } },
  spec,
});
const at = (of: string, plural: string) => `/apis/NS.example.com/${of}/namespaces/NS/${plural}`;

/** What is served of a definition follows after a while. */
const time = (name: string): Row => ({
  ...{ name, method: 'GET', path: '/api/v1/namespaces/NS/configmaps?watch=true' },
  stream: { lines: 99, waitMs: 1_500 },
  counts: 'status',
});

export const customVersions: Group = {
  name: 'custom-versions',
  rows: [
    post(
      'stored in a version that is not served',
      definitions,
      definition('words', 'Word', [version('v1'), version('v2', { served: false })]),
    ),
    time('it is served'),
    get('its group', '/apis/NS.example.com'),
    get('its discovery', '/apis/NS.example.com/v2'),
    get('objects of the version', at('v2', 'words')),
    post('an object', at('v1', 'words'), object('Word', 'v1', { a: '1' })),
    get('the object', `${at('v1', 'words')}/a`),
    get('it in the version', `${at('v2', 'words')}/a`),
    del('the definition', `${definitions}/words.NS.example.com`),

    post('of two versions', definitions, definition('lines', 'Line', [version('v1'), version('v2')])),
    time('both are served'),
    apply('in the first', `${at('v1', 'lines')}/a?fieldManager=first`, object('Line', 'v1', { a: '1' })),
    merge('the first is served no more', `${definitions}/lines.NS.example.com`, {
      spec: { versions: [version('v1', { served: false }), version('v2')] },
    }),
    time('it is gone'),
    apply('in the second', `${at('v2', 'lines')}/a?fieldManager=second`, object('Line', 'v2', { b: '1' })),
    apply('what is the first’s', `${at('v2', 'lines')}/a?fieldManager=second`, object('Line', 'v2', { a: '2' })),
    merge('there is one version alone', `${definitions}/lines.NS.example.com`, { spec: { versions: [version('v2')] } }),
    time('the other is gone'),
    apply('while the first owns', `${at('v2', 'lines')}/a?fieldManager=second`, object('Line', 'v2', { b: '2' })),
    get('what is there', `${at('v2', 'lines')}/a`, { save: 'a' }),
    put(
      'put with its managed fields',
      `${at('v2', 'lines')}/a`,
      object('Line', 'v2', { a: '3' }, { managedFields: '{a.metadata.managedFields}' }),
    ),
    merge('nothing', `${at('v2', 'lines')}/a`, {}),
    merge('patched', `${at('v2', 'lines')}/a`, { spec: { b: '3' } }),
    apply('then', `${at('v2', 'lines')}/a?fieldManager=second`, object('Line', 'v2', { b: '3' })),

    post('that is served no more', definitions, definition('pages', 'Page', [version('v1'), version('v2')])),
    time('it is served yet'),
    post('one that holds', at('v2', 'pages'), object('Page', 'v2', { a: '1' }, { finalizers: ['example.com/wait'] })),
    post('one that does not', at('v2', 'pages'), {
      ...object('Page', 'v2', { a: '1' }),
      metadata: { name: 'b' },
    }),
    merge('no version is served', `${definitions}/pages.NS.example.com`, {
      spec: { versions: [version('v1', { served: false }), version('v2', { served: false })] },
    }),
    time('nothing is served'),
    del('the definition that is not served', `${definitions}/pages.NS.example.com`),
    time('it is emptied'),
    get('it is there', `${definitions}/pages.NS.example.com`),
    merge('a version is served again', `${definitions}/pages.NS.example.com`, {
      spec: { versions: [version('v1', { served: false }), version('v2')] },
    }),
    time('and known'),
    get('what waits', at('v2', 'pages'), { until: 'items' }),
    merge('it waits no more', `${at('v2', 'pages')}/a`, { metadata: { finalizers: null } }),
    { ...time('all goes'), stream: { lines: 99, waitMs: 6_500 } },
    get('it has gone', `${definitions}/pages.NS.example.com`),
  ],
};
