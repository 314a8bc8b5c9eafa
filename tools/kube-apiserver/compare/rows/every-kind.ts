/** Every kind is created, read in every form, changed in every way, scaled and deleted; and refused where it makes no sense. */
import {
  apply,
  del,
  type Group,
  get,
  jsonPatch,
  merge,
  metadataOnly,
  post,
  put,
  type Row,
  strategic,
  table,
} from '../row.js';
import { type Sample, samples } from './samples.js';

/** Its names are accepted a while after it is made. */
const until = (kind: string) => (kind === 'CustomResourceDefinition' ? { until: 'InitialNamesAccepted' } : {});

const rowsOf = ({ path, object, subresources = [] }: Sample): readonly Row[] => {
  const { name } = object['metadata'] as { name: string };
  const one = `${path}/${name}`;
  const of = (what: string) => `${object.apiVersion} ${object.kind}: ${what}`;
  const identity = { apiVersion: object.apiVersion, kind: object.kind, metadata: { name } };
  return [
    post(of('nothing but a name'), path, { ...identity, metadata: { name: 'least' } }),
    post(of('an empty spec'), path, { ...identity, metadata: { name: 'least' }, spec: {} }),
    post(of('no name'), path, { ...object, metadata: {} }),
    post(of('a name that is none'), path, { ...object, metadata: { name: 'Not A Name' } }),
    post(of('dry run'), `${path}?dryRun=All`, object),
    post(of('create'), path, object, { save: 'made' }),
    post(of('create again'), path, object),
    get(of('get'), one, until(object.kind)),
    get(of('get as table'), one, { headers: table }),
    get(of('get metadata'), one, { headers: metadataOnly }),
    get(of('get yaml'), one, { headers: { accept: 'application/yaml' }, counts: 'status' }),
    get(of('list'), `${path}?fieldSelector=metadata.name%3D${name}`),
    get(of('list as table'), `${path}?fieldSelector=metadata.name%3D${name}`, { headers: table }),
    merge(of('merge patch'), one, { metadata: { labels: { a: 'b' } } }),
    merge(of('merge patch of nothing'), one, { metadata: { labels: { a: 'b' } } }),
    strategic(of('strategic patch'), one, { metadata: { annotations: { a: 'b' } } }),
    jsonPatch(of('JSON patch'), one, [{ op: 'add', path: '/metadata/labels/c', value: 'd' }]),
    jsonPatch(of('JSON patch whose test fails'), one, [{ op: 'test', path: '/metadata/labels/c', value: 'e' }]),
    apply(of('apply'), one, { ...identity, metadata: { name, labels: { mine: 'yes' } } }),
    apply(of('apply a conflict'), one, { ...identity, metadata: { name, labels: { a: 'mine' } } }),
    apply(of('apply by force'), `${one}?force=true`, { ...identity, metadata: { name, labels: { a: 'mine' } } }),
    put(of('update without a version'), one, object),
    put(of('update of an old version'), one, { ...object, metadata: { name, resourceVersion: '1' } }),
    put(of('update under another name'), one, { ...object, metadata: { name: 'other' } }),
    put(of('update of nothing that is'), `${path}/absent`, { ...object, metadata: { name: 'absent' } }),
    ...subresources.flatMap((sub) => [
      get(of(`get ${sub}`), `${one}/${sub}`),
      merge(of(`patch ${sub}`), `${one}/${sub}`, sub === 'scale' ? { spec: { replicas: 2 } } : { status: {} }),
      merge(of(`patch ${sub} with nonsense`), `${one}/${sub}`, { [sub === 'scale' ? 'spec' : 'status']: 7 }),
    ]),
    ...['status', 'scale']
      .filter((sub) => !subresources.includes(sub as 'status'))
      .map((sub) => get(of(`no ${sub}`), `${one}/${sub}`)),
    del(of('delete dry'), `${one}?dryRun=All`),
    del(of('delete of another'), one, { preconditions: { uid: 'another' } }),
    del(of('delete'), one, { gracePeriodSeconds: 0 }),
    get(of('get what is gone'), one),
  ];
};

export const everyKind: Group = { name: 'every-kind', rows: samples.flatMap(rowsOf) };
