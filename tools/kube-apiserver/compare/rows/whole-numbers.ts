/** Whole numbers that no double holds: custom objects and built-in ones, in every body and every form of answer. */
import { apply, del, type Group, get, jsonPatch, merge, post, type Row, strategic, table, watch } from '../row.js';

const [nanos, most] = [1732867200123456789n, 9223372036854775807n];
const stamps = '/apis/NS.example.com/v1/namespaces/NS/stamps';
const whole = { type: 'integer', format: 'int64' };
const spec = {
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
  properties: {
    nanos: { ...whole, 'x-kubernetes-validations': [{ rule: `self != ${nanos} + 1` }] },
    chosen: { ...whole, enum: [nanos, 1] },
    filled: { ...whole, default: nanos },
    set: { type: 'array', items: whole, 'x-kubernetes-list-type': 'set' },
    short: { type: 'integer', format: 'int32' },
    bounded: { type: 'integer', maximum: 10 },
    even: { type: 'integer', multipleOf: 2 },
    ratio: { type: 'number' },
    text: { type: 'string' },
    port: { 'x-kubernetes-int-or-string': true },
    replicas: { type: 'integer' },
  },
};
const definition = {
  metadata: { name: 'stamps.NS.example.com' },
  spec: {
    ...{ group: 'NS.example.com', scope: 'Namespaced', names: { plural: 'stamps', kind: 'Stamp' } },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: { type: 'object' } } } },
        subresources: { scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
        additionalPrinterColumns: [
          { name: 'Nanos', type: 'integer', jsonPath: '.spec.nanos' },
          { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio' },
          { name: 'Any', type: 'string', jsonPath: '.spec.any' },
        ],
        selectableFields: [{ jsonPath: '.spec.nanos' }],
      },
    ],
  },
};
const stamp = (name: string, fields: object) => ({
  ...{ apiVersion: 'NS.example.com/v1', kind: 'Stamp', metadata: { name }, spec: fields },
});
const judged = (fields: object): Row =>
  post(`judged: ${Object.keys(fields)} of ${Object.values(fields)}`, `${stamps}?dryRun=All`, stamp('judged', fields));

const judgedSpecs: readonly object[] = [
  ...[{ chosen: nanos }, { chosen: nanos - 1n }, { nanos: nanos + 1n }, { bounded: nanos }, { even: nanos }],
  ...[{ ratio: nanos }, { short: nanos }, { short: 2 ** 31 }, { text: nanos }, { set: [nanos, nanos] }],
  ...[{ set: [nanos, nanos - 1n] }, { port: nanos }, { replicas: nanos }, { nanos: 2n ** 63n }, { filled: -most }],
];

const pods = '/api/v1/namespaces/NS/pods';
const pod = (name: string, more: object) => ({
  metadata: { name },
  spec: { automountServiceAccountToken: false, containers: [{ name: 'a', image: 'b' }], ...more },
});
const scheduled = { nodeName: 'none' };
const forEver = { tolerations: [{ operator: 'Exists', effect: 'NoExecute', tolerationSeconds: most }] };

export const wholeNumbers: Group = {
  name: 'wholes',
  rows: [
    post('a kind of them', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition),
    get('is served', stamps, { until: '"items"', counts: 'status' }),
    post('one', stamps, stamp('one', { nanos, any: { deep: [-most, nanos, 1e21, 0.5] } })),
    post(
      'as YAML',
      stamps,
      `apiVersion: NS.example.com/v1\nkind: Stamp\nmetadata: {name: yaml}\nspec: {nanos: ${nanos}, any: [${2n ** 63n}, ${2n ** 64n}, -${most}]}\n`,
      { contentType: 'application/yaml' },
    ),
    get('one as YAML', `${stamps}/one`, { headers: { accept: 'application/yaml' } }),
    get('one in lines', `${stamps}/one?pretty=1`),
    get('selected', `${stamps}?fieldSelector=spec.nanos%3D${nanos}`),
    get('selected by one nearby', `${stamps}?fieldSelector=spec.nanos%3D${nanos - 1n}`),
    get('in a table', stamps, { headers: table }),
    watch('watched', `${stamps}?resourceVersion=0&fieldSelector=metadata.name%3Done`, 1),
    merge('a merge patch', `${stamps}/one`, { spec: { nanos: nanos + 2n } }),
    jsonPatch('a JSON patch that tests it', `${stamps}/one`, [
      { op: 'test', path: '/spec/nanos', value: nanos + 2n },
      { op: 'replace', path: '/spec/nanos', value: nanos },
    ]),
    jsonPatch('and one that tests another', `${stamps}/one`, [{ op: 'test', path: '/spec/nanos', value: nanos - 1n }]),
    apply('applied', `${stamps}/applied`, stamp('applied', { nanos, set: [nanos, -most] })),
    apply(
      'applied in a conflict',
      `${stamps}/applied?fieldManager=other`,
      stamp('applied', { nanos: nanos - 1n, set: [most] }),
    ),
    apply('applied by others, too', `${stamps}/applied?fieldManager=other`, stamp('applied', { set: [most] })),
    ...judgedSpecs.map(judged),
    post('a pod that tolerates for ever', pods, pod('ever', forEver)),
    strategic('a strategic patch of it', `${pods}/ever`, { metadata: { annotations: { a: 'b' } } }),
    apply('applied, too', `${pods}/applied`, { apiVersion: 'v1', kind: 'Pod', ...pod('applied', forEver) }),
    post('beyond 64 bits', pods, pod('beyond', { terminationGracePeriodSeconds: 2n ** 63n })),
    post('in 32 bits', pods, pod('short', { priority: nanos })),
    ...[most, 2n ** 53n + 1n, 8_640_000_000_000n].flatMap((seconds) => [
      post(
        `a grace of ${seconds}`,
        pods,
        pod(`grace-${seconds}`, { ...scheduled, terminationGracePeriodSeconds: seconds }),
      ),
      del('begins', `${pods}/grace-${seconds}`),
      del('is less', `${pods}/grace-${seconds}`, { gracePeriodSeconds: seconds - 1n }),
      del('is asked for in the query', `${pods}/grace-${seconds}?gracePeriodSeconds=${seconds - 2n}`),
      del('is over', `${pods}/grace-${seconds}?gracePeriodSeconds=0`),
    ]),
  ],
};
