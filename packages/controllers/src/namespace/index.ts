/** The Namespace controller: empties a namespace that is going, kind by kind, and then lets it go. */
import { Namespace } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import { type KindRef, StatusError } from '@pintle/machinery';

export interface NamespaceControllerOptions {
  /** Every kind that objects can be of, asked anew each time. */
  readonly kinds: () => readonly KindRef[];
  readonly concurrency?: number;
}

/** How soon a namespace with something left in it is looked at again. */
const retryMs = 1_000;

export function namespaceController({ kinds, concurrency = 5 }: NamespaceControllerOptions): Controller {
  return controller({ name: 'namespace', concurrency })
    .for(Namespace)
    .reconcile((context) => reconcile(context, kinds()));
}

async function reconcile(
  { object: namespace, client }: ReconcileContext<Namespace>,
  kinds: readonly KindRef[],
): Promise<undefined | { requeueAfterMs: number }> {
  if (namespace?.metadata.deletionTimestamp === undefined || (namespace.spec?.finalizers?.length ?? 0) === 0)
    return undefined;
  const { name = '' } = namespace.metadata;
  const left: string[] = [];
  for (const kind of kinds.filter(({ scope }) => scope === 'Namespaced')) {
    const present = await client.list(kind, { namespace: name, limit: 1 }).catch(unlisted);
    if (present === undefined || present.length === 0) continue;
    await client.deleteCollection(kind, { namespace: name, propagationPolicy: 'Background' });
    const remaining = (await client.list(kind, { namespace: name })).length;
    if (remaining > 0) left.push(`${kind.plural} has ${remaining} resource instances`);
  }
  if (left.length > 0) {
    const message = `Some resources are remaining: ${left.join(', ')}`;
    await client.patch(
      Namespace,
      { name },
      {
        type: 'strategic',
        body: {
          status: {
            conditions: [{ type: 'NamespaceContentRemaining', status: 'True', reason: 'SomeResourcesRemain', message }],
          },
        },
      },
      { subresource: 'status' },
    );
    return { requeueAfterMs: retryMs };
  }
  await client
    .update(
      {
        ...namespace,
        metadata: { ...namespace.metadata, resourceVersion: '' },
        spec: { ...namespace.spec, finalizers: [] },
      },
      { subresource: 'finalize' },
    )
    .catch((error: unknown) => {
      if (!StatusError.is(error, 'NotFound')) throw error;
    });
  return undefined;
}

/** Kinds that are only created (reviews) or vanished meanwhile have nothing to list. */
function unlisted(error: unknown): undefined {
  if (StatusError.is(error, 'MethodNotAllowed') || StatusError.is(error, 'NotFound')) return undefined;
  throw error;
}
