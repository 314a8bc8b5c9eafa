/** The Namespace controller: empties a namespace that is going, pods before all else, and then lets it go. */
import { Namespace, type NamespaceCondition } from '@pintle/api/core/v1';
import { UndiscoveredError } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { formatTime, type KindRef, type KubernetesObject, StatusError } from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isEmpty, planConditions, planUndiscovered, type Remains } from './plan-conditions.js';

export * from './plan-conditions.js';

export interface NamespaceControllerOptions {
  /**
   * Every kind that objects can be of, asked anew each time: what it leaves out stays behind in no namespace. Where it fails
   * with an `UndiscoveredError` what it can tell of is deleted, and the namespace stays.
   */
  readonly kinds: () => readonly KindRef[] | Promise<readonly KindRef[]>;
  readonly concurrency?: number;
}

/** How soon a namespace with something left in it is looked at again. */
const retryMs = 1_000;
/** Of those that this controller is to remove. */
const finalizer = 'kubernetes';

export function namespaceController({ kinds, concurrency = 10 }: NamespaceControllerOptions): Controller {
  return controller({ name: 'namespace', component: 'namespace-controller', concurrency })
    .for(Namespace)
    .reconcile((context) => reconcile(context, kinds));
}

async function reconcile(
  { object: namespace, client, world }: ReconcileContext<Namespace>,
  kinds: NamespaceControllerOptions['kinds'],
): Promise<undefined | { requeueAfterMs: number }> {
  const finalizers = namespace?.spec?.finalizers ?? [];
  if (namespace?.metadata.deletionTimestamp === undefined || !finalizers.includes(finalizer)) return undefined;
  const { name = '' } = namespace.metadata;
  const present = namespace.status?.conditions ?? [];
  const { all, failure } = await discovered(kinds);
  if (all === undefined) {
    await tell(client, namespace, planUndiscovered(present, failure.message, formatTime(world.clock.now())));
    throw failure;
  }
  const namespaced = all.filter((kind) => kind.scope === 'Namespaced' && isDeletable(kind));
  const isPods = ({ group, plural }: KindRef) => group === '' && plural === 'pods';
  // What pods lean on stays until they have ended: who would run without its policy is not left to.
  let remains = await clear(client, name, namespaced.filter(isPods));
  if (isEmpty(remains))
    remains = await clear(
      client,
      name,
      namespaced.filter((kind) => !isPods(kind)),
    );
  if (failure !== undefined) {
    const count = failure.apiVersions.length;
    const undiscovered = `Discovery failed for some groups, ${count} failing: ${failure.message}`;
    remains = { ...remains, undiscovered };
  }
  const current = await tell(client, namespace, planConditions(present, remains, formatTime(world.clock.now())));
  if (failure !== undefined) throw failure;
  if (!isEmpty(remains)) return { requeueAfterMs: retryMs };
  await client
    .update<Namespace>(
      {
        ...current,
        metadata: { ...current.metadata, resourceVersion: '' },
        spec: { ...current.spec, finalizers: finalizers.filter((other) => other !== finalizer) },
      },
      { subresource: 'finalize' },
    )
    .catch(ignoreNotFound);
  return undefined;
}

type Discovered =
  | { readonly all: readonly KindRef[]; readonly failure: UndiscoveredError | undefined }
  | { readonly all: undefined; readonly failure: Error };

async function discovered(kinds: NamespaceControllerOptions['kinds']): Promise<Discovered> {
  try {
    return { all: await kinds(), failure: undefined };
  } catch (error) {
    return UndiscoveredError.is(error)
      ? { all: error.kinds, failure: error }
      : { all: undefined, failure: error as Error };
  }
}

/** What is only read, as metrics are, is nothing that a namespace holds. */
const isDeletable = (kind: KindRef & { readonly verbs?: readonly string[] }) => kind.verbs?.includes('delete') ?? true;

/** The namespace with these conditions. */
async function tell(
  client: ReconcileContext<Namespace>['client'],
  namespace: Namespace,
  conditions: readonly NamespaceCondition[],
): Promise<Namespace> {
  if (conditions === namespace.status?.conditions) return namespace;
  const status = { ...namespace.status, phase: 'Terminating' as const, conditions };
  return client.update<Namespace>(
    { ...namespace, metadata: { ...namespace.metadata, resourceVersion: '' }, status },
    { subresource: 'status' },
  );
}

/** Deletes what there is of these kinds, and says what is left. */
async function clear(
  client: ReconcileContext<Namespace>['client'],
  namespace: string,
  kinds: readonly KindRef[],
): Promise<Remains> {
  const objects = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: string[] = [];
  for (const kind of kinds) {
    const resource = `${kind.plural}.${kind.group}`;
    try {
      const present = await client.list(kind, { namespace, limit: 1 }).catch(unlisted);
      if (present === undefined || present.length === 0) continue;
      await deleteAll(client, kind, namespace);
      const left: readonly KubernetesObject[] = await client.list(kind, { namespace });
      if (left.length > 0) objects.set(resource, left.length);
      for (const held of left.flatMap(({ metadata }) => metadata.finalizers ?? []))
        finalizers.set(held, (finalizers.get(held) ?? 0) + 1);
    } catch (error) {
      if (!StatusError.is(error)) throw error;
      failures.push(`${resource}: ${error.message}`);
    }
  }
  return { objects, finalizers, failures };
}

/** One by one where the server does not delete them all at once. */
async function deleteAll(
  client: ReconcileContext<Namespace>['client'],
  kind: KindRef,
  namespace: string,
): Promise<void> {
  const options = { propagationPolicy: 'Background' } as const;
  try {
    await client.deleteCollection(kind, { namespace, ...options });
  } catch (error) {
    unlisted(error);
    for (const { metadata } of await client.list(kind, { namespace }))
      await client.delete(kind, { name: metadata.name ?? '', namespace }, options).catch(ignoreNotFound);
  }
}

/** Kinds that are only created (reviews) or vanished meanwhile have nothing to list. */
function unlisted(error: unknown): undefined {
  if (StatusError.is(error, 'MethodNotAllowed') || StatusError.is(error, 'NotFound')) return undefined;
  throw error;
}
