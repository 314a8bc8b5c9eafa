/**
 * The `Client` of an API server in the same process: the pipeline's verbs, called directly. Nothing is
 * serialized or copied; what it returns are the store's own frozen objects.
 */
import {
  type ApplyOptions,
  type Client,
  metadataOf,
  type ObjectKey,
  type ObjectList,
  type WatchEvent,
  type WriteOptions,
} from '@pintle/client';
import {
  apiVersionOf,
  badRequest,
  type KindRef,
  type KubernetesObject,
  type ListMeta,
  notFound,
  onAbort,
  statusError,
} from '@pintle/machinery';
import { Observable } from 'rxjs';
import type { RequestContext } from '../registry/request-context.js';
import { isPartOfObject, type Resource } from '../registry/resource.js';
import { namespaceOf } from '../requests/request-info.js';
import type { SubresourceHandlers } from '../subresources/subresource.js';
import type { ApiCore, Served } from '../verbs/api-core.js';
import { serve, storedObjectOf } from '../verbs/api-core.js';
import { applyObject } from '../verbs/apply.js';
import type { Access } from '../verbs/authorize.js';
import { createObject } from '../verbs/create.js';
import { answerOf, deleteCollection, deleteObject } from '../verbs/delete.js';
import { patchObject } from '../verbs/patch.js';
import { getObject, listEntries } from '../verbs/read.js';
import { updateObject } from '../verbs/update.js';
import { type ChangeObserver, watchChanges } from '../verbs/watch.js';

export interface InProcessClientParts {
  readonly core: ApiCore;
  readonly subresources: SubresourceHandlers;
  readonly access: Access;
  readonly context: RequestContext;
}

export function inProcessClient(parts: InProcessClientParts): Client {
  const { core, subresources, access, context } = parts;

  const resourceOf = (kind: KindRef): Resource => {
    const resource = core.registry.byResource(apiVersionOf(kind), kind.plural);
    if (resource === undefined) throw unknownKind(kind);
    return resource;
  };
  const resourceOfObject = (object: KubernetesObject): Resource => {
    if (typeof object !== 'object' || object === null) throw badRequest('an object is needed');
    const resource = core.registry.byObject(object);
    if (resource === undefined) {
      throw statusError(
        'NotFound',
        `no matches for kind ${JSON.stringify(object.kind ?? '')} in version ${JSON.stringify(object.apiVersion ?? '')}`,
      );
    }
    return resource;
  };
  const keyOf = (resource: Resource, key: ObjectKey): ObjectKey =>
    resource.kind.scope === 'Cluster' ? { name: key.name } : { name: key.name, namespace: key.namespace || 'default' };
  const pathOf = (resource: Resource, object: KubernetesObject) => {
    const { name, namespace } = object.metadata ?? {};
    return {
      ...(name === undefined ? {} : { name }),
      ...(resource.kind.scope === 'Cluster' ? {} : { namespace: namespace || 'default' }),
    };
  };
  const allow = (
    resource: Resource,
    verb: string,
    where: {
      namespace?: string;
      name?: string;
      subresource?: string | undefined;
      fieldSelector?: string | undefined;
      labelSelector?: string | undefined;
    },
  ) => {
    // What is not there yet is in nothing.
    const isNew = verb === 'create' && where.subresource === undefined;
    const namespace = isNew ? where.namespace : namespaceOf({ plural: resource.kind.plural, ...where });
    return access.require(context.user, { verb, resource, ...where, namespace });
  };
  const handlerOf = (resource: Resource, subresource: string) => {
    const handler = subresources.find(resource, subresource);
    if (handler === undefined) throw statusError('NotFound', 'the server could not find the requested resource');
    return handler;
  };
  const plain = (resource: Resource, subresource: string | undefined) =>
    subresource === undefined || isPartOfObject(resource, subresource);
  // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the object is.
  const answer = (served: Served): any => served.object;

  return {
    async get(kind, key, options = {}) {
      const resource = resourceOf(kind);
      const at = keyOf(resource, key);
      const allowed = allow(resource, 'get', { ...at, subresource: options.subresource });
      if (allowed !== undefined) await allowed;
      if (!plain(resource, options.subresource))
        return handlerOf(resource, options.subresource!).get!({ core, context, resource, key: at });
      return answer(await getObject(core, resource, at, options));
    },
    async list(kind, options = {}) {
      const resource = resourceOf(kind);
      const allowed = allow(resource, 'list', selectedBy(options));
      if (allowed !== undefined) await allowed;
      const { entries, metadata } = await listEntries(core, resource, options);
      const own = { apiVersion: resource.apiVersion, kind: resource.kind.kind };
      return objectList(
        entries.map((entry) => {
          const object = resource.fromStored(storedObjectOf(resource, entry));
          return options.metadataOnly ? metadataOf(object, own) : object;
        }),
        metadata,
      );
    },
    // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
    watch: (kind, options = {}): Observable<any> =>
      new Observable<WatchEvent<KubernetesObject>>((subscriber) => {
        let end: (() => void) | undefined;
        const begin = () => {
          if (subscriber.closed) return;
          const resource = resourceOf(kind);
          const own = { apiVersion: resource.apiVersion, kind: resource.kind.kind };
          const observer: ChangeObserver = {
            next(changes) {
              for (const { type, object } of changes)
                subscriber.next({ type, object: options.metadataOnly ? metadataOf(object, own) : object });
            },
            error: (error) => subscriber.error(error),
            complete: () => subscriber.complete(),
          };
          const held = { verb: 'watch', resource, ...selectedBy(options) };
          end = watchChanges(core, resource, options, observer, (lost) => access.hold(context.user, held, lost));
        };
        const unfollow = onAbort(options.signal, () => subscriber.complete());
        subscriber.add(() => {
          end?.();
          unfollow();
        });
        const start = async () => {
          const resource = resourceOf(kind);
          const allowed = allow(resource, 'watch', selectedBy(options));
          if (allowed !== undefined) await allowed;
          begin();
        };
        start().catch((error: unknown) => subscriber.error(error));
      }),
    async create(object, options = {}) {
      const resource = resourceOfObject(object);
      const path = pathOf(resource, object);
      const allowed = allow(resource, 'create', path);
      if (allowed !== undefined) await allowed;
      return answer(await createObject(core, context, resource, { ...path }, object, options));
    },
    async update(object, options = {}) {
      const resource = resourceOfObject(object);
      const path = pathOf(resource, object);
      const allowed = allow(resource, 'update', { ...path, subresource: options.subresource });
      if (allowed !== undefined) await allowed;
      if (!plain(resource, options.subresource))
        return handlerOf(resource, options.subresource!).update!(
          { core, context, resource, key: { name: '', ...path } },
          object,
          options,
        );
      const mayCreate = (key: ObjectKey) => allow(resource, 'create', key);
      return answer(await updateObject(core, context, resource, path, object, { ...options, mayCreate }));
    },
    async patch(kind, key, patch, options = {}) {
      const resource = resourceOf(kind);
      const at = keyOf(resource, key);
      const allowed = allow(resource, 'patch', { ...at, subresource: options.subresource });
      if (allowed !== undefined) await allowed;
      if (!plain(resource, options.subresource))
        return handlerOf(resource, options.subresource!).patch!({ core, context, resource, key: at }, patch, options);
      return answer(await patchObject(core, context, resource, at, patch, options));
    },
    async apply(object, options: ApplyOptions) {
      const resource = resourceOfObject(object);
      const path = pathOf(resource, object);
      const allowed = allow(resource, 'patch', { ...path, subresource: options.subresource });
      if (allowed !== undefined) await allowed;
      const mayCreate = (key: ObjectKey) => allow(resource, 'create', key);
      return answer(await applyObject(core, context, resource, path, object, { ...options, mayCreate }));
    },
    async delete(kind, key, options = {}) {
      const resource = resourceOf(kind);
      const at = keyOf(resource, key);
      const allowed = allow(resource, 'delete', at);
      if (allowed !== undefined) await allowed;
      const deleted = await deleteObject(core, context, resource, at, options);
      // biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the object is.
      return answerOf(resource, deleted) as any;
    },
    async deleteCollection(kind, options = {}) {
      const resource = resourceOf(kind);
      const where = options.namespace === undefined ? {} : { namespace: options.namespace };
      const allowed = allow(resource, 'deletecollection', where);
      if (allowed !== undefined) await allowed;
      const { entries } = await deleteCollection(core, context, resource, options);
      return objectList(
        entries.map((entry) => serve(resource, entry).object),
        {},
      );
    },
    // biome-ignore lint/suspicious/noExplicitAny: the subresource says what the answer is.
    async createSubresource(kind, key, subresource, body, options: WriteOptions = {}): Promise<any> {
      const resource = resourceOf(kind);
      const at = keyOf(resource, key);
      const allowed = allow(resource, 'create', { ...at, subresource });
      if (allowed !== undefined) await allowed;
      const { create } = handlerOf(resource, subresource);
      if (create === undefined)
        throw statusError('MethodNotAllowed', `create is not supported on ${resource.kind.plural}/${subresource}`);
      return create({ core, context, resource, key: at }, body, options);
    },
    async *stream(kind, key, subresource, query = {}, options = {}) {
      const resource = resourceOf(kind);
      const at = keyOf(resource, key);
      const allowed = allow(resource, 'get', { ...at, subresource });
      if (allowed !== undefined) await allowed;
      const { stream } = handlerOf(resource, subresource);
      if (stream === undefined)
        throw statusError('MethodNotAllowed', `${resource.kind.plural}/${subresource} is no stream`);
      yield* (await stream({ core, context, resource, key: at }, new URLSearchParams(query), options.signal)) ?? [];
    },
  };
}

const selectedBy = ({
  namespace,
  fieldSelector,
  labelSelector,
}: {
  readonly namespace?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}) => ({
  ...(namespace === undefined ? {} : { namespace }),
  ...{ fieldSelector, labelSelector },
});

// biome-ignore lint/suspicious/noExplicitAny: the caller's kind says what the objects are.
function objectList(objects: readonly KubernetesObject[], metadata: ListMeta): ObjectList<any> {
  return Object.freeze(Object.assign([...objects], { metadata: Object.freeze(metadata) }));
}

function unknownKind(kind: KindRef) {
  return notFound(
    { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' },
    `${kind.plural}.${kind.group}`,
  );
}
