/** What can be asked of a resource, for the OpenAPI documents: a path, a method, parameters and the names of schemas. Pure. */
import type { Kind } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { verbsOf } from './discovery.js';
import {
  everyType,
  type Frame,
  frameOf,
  groupWordOf,
  listSchemaNameOf,
  meta,
  type Operation,
  rootOf,
  tagOf,
  watchTypes,
} from './operation.js';
import { deleting, deletingMany, inPath, listing, patching, pretty, reading, writing } from './parameters.js';
import { partOperations } from './part-operations.js';

/** What a built-in group tells of its resources. */
export function groupOperation(kind: Kind): Operation {
  return {
    ...{ path: `${rootOf(kind)}/`, method: 'get', id: `get${groupWordOf(kind)}APIResources`, tag: tagOf(kind) },
    description: 'What resources there are.',
    ...{ parameters: [], response: meta('APIResourceList'), mediaTypes: everyType, codes: [200] },
  };
}

/** All that can be asked of a resource and of what is below its objects. */
export function operationsOf(resource: Resource): readonly Operation[] {
  const frame = frameOf(resource);
  return [
    ...collectionOperations(frame),
    ...objectOperations(frame),
    ...partOperations(frame),
    ...(resource.custom || !verbsOf(resource.kind).includes('watch') ? [] : watchOperations(frame)),
  ];
}

function collectionOperations({ resource, ...frame }: Frame): readonly Operation[] {
  const { kind, custom } = resource;
  const { root, below, word, noun, schema, common } = frame;
  const path = `${root}/${below}`;
  const list = listSchemaNameOf(kind);
  const place = [...frame.namespace, pretty];
  const verbs = verbsOf(kind);
  const isWatched = !custom && verbs.includes('watch');
  const lists = {
    ...({ ...common, method: 'get', action: 'list', response: list, codes: [200] } as const),
    mediaTypes: [...common.mediaTypes, ...(isWatched ? watchTypes : [])].sort(),
  };
  const operations: readonly (Operation | false)[] = [
    verbs.includes('list') && {
      ...{ ...lists, path, id: `list${word}${noun}`, description: `Lists or watches ${kind.plural}.` },
      parameters: [...place, ...listing],
    },
    verbs.includes('create') && {
      ...{ ...common, path, method: 'post', action: 'post', id: `create${word}${noun}` },
      ...{ description: `Creates a ${kind.kind}.`, parameters: [...place, ...writing], body: frame.body(schema) },
      ...{ response: schema, codes: [200, 201, 202] },
    },
    verbs.includes('deletecollection') && {
      ...{ ...common, path, method: 'delete', action: 'deletecollection' },
      ...{ id: `delete${word}Collection${noun}`, description: `Deletes ${kind.plural}.` },
      ...(custom ? {} : { body: frame.body(meta('DeleteOptions'), false) }),
      ...{ parameters: [...place, ...(custom ? listing : deletingMany)], response: meta('Status'), codes: [200] },
    },
    frame.namespace.length > 0 &&
      verbs.includes('list') && {
        ...{ ...lists, path: `${root}/${kind.plural}`, id: `list${word}${kind.kind}ForAllNamespaces` },
        ...{ description: `Lists or watches ${kind.plural} of all namespaces.`, parameters: [pretty, ...listing] },
      },
  ];
  return operations.filter((operation) => operation !== false);
}

function objectOperations({ resource, ...frame }: Frame): readonly Operation[] {
  const { kind, custom, definition } = resource;
  const { one: path, word, noun, schema, common, named } = frame;
  const verbs = verbsOf(kind);
  const operations: readonly (Operation | false)[] = [
    verbs.includes('get') && {
      ...{ ...common, path, method: 'get', action: 'get', id: `read${word}${noun}`, response: schema, codes: [200] },
      ...{ description: `Reads a ${kind.kind}.`, parameters: [...named, ...(custom ? reading : [])] },
    },
    verbs.includes('update') && {
      ...{ ...common, path, method: 'put', action: 'put', id: `replace${word}${noun}`, body: frame.body(schema) },
      ...{ description: `Replaces a ${kind.kind}.`, parameters: [...named, ...writing] },
      ...{ response: schema, codes: [200, 201] },
    },
    verbs.includes('patch') && {
      ...{ ...common, path, method: 'patch', action: 'patch', id: `patch${word}${noun}`, body: frame.patch },
      ...{ description: `Changes a part of a ${kind.kind}.`, parameters: [...named, ...patching] },
      ...{ response: schema, codes: frame.patchCodes },
    },
    verbs.includes('delete') && {
      ...{ ...common, path, method: 'delete', action: 'delete', id: `delete${word}${noun}` },
      ...{ description: `Deletes a ${kind.kind}.`, parameters: [...named, ...deleting] },
      body: frame.body(meta('DeleteOptions'), false),
      ...{ response: definition.strategy?.returnsDeleted ? schema : meta('Status'), codes: [200, 202] },
    },
  ];
  return operations.filter((operation) => operation !== false);
}

/** The paths by which one watched before lists could be. */
function watchOperations({ resource: { kind }, ...frame }: Frame): readonly Operation[] {
  const { root, below, word, noun, common, namespace } = frame;
  const shared = {
    ...({ ...common, method: 'get', response: meta('WatchEvent'), codes: [200] } as const),
    ...{ mediaTypes: [...everyType, ...watchTypes].sort(), description: 'Older than the parameter watch of a list.' },
  };
  const parameters = [pretty, ...listing];
  const many = {
    ...{ ...shared, path: `${root}/watch/${below}`, action: 'watchlist', id: `watch${word}${noun}List` },
    parameters: [...namespace, ...parameters],
  };
  const one = {
    ...{ ...shared, path: `${root}/watch/${below}/{name}`, action: 'watch', id: `watch${word}${noun}` },
    parameters: [inPath('name', 'The name of the object.'), ...namespace, ...parameters],
  };
  const everywhere = {
    ...{ ...shared, path: `${root}/watch/${kind.plural}`, action: 'watchlist', parameters },
    id: `watch${word}${kind.kind}ListForAllNamespaces`,
  };
  return [many, one, ...(namespace.length > 0 ? [everywhere] : [])];
}
