/** Keeps the ControllerRevisions of an object: adopts them, makes the one of the present template, drops the oldest. */
import { ControllerRevision } from '@pintle/api/apps/v1';
import type { ReconcileContext } from '@pintle/controller-runtime';
import { deepEqual, type KindRef, labelSelectorMatcher, StatusError } from '@pintle/machinery';
import { claimable, claimObjects, planClaims } from '../claims.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { objectHash } from '../object-hash.js';
import { byRevision, newRevision, planRevision, type Revisioned, templatePatch } from './controller-revision.js';

/** Hashes tried for one template before its name is given up: each is taken by another template. */
const collisionsMax = 100;

export interface RevisionOwner<T extends Revisioned> {
  readonly object: T;
  readonly kind: KindRef;
  /** The label of a revision that tells its hash. */
  readonly hashLabel: string;
}

type Acting = Pick<ReconcileContext<Revisioned>, 'client' | 'informers'>;

/** The revisions of the owner, the oldest first; those that nobody controls are adopted. */
export async function revisionsOf<T extends Revisioned>(
  { client, informers }: Acting,
  { object, kind }: RevisionOwner<T>,
): Promise<readonly ControllerRevision[]> {
  const selector = labelSelectorMatcher(object.spec?.selector);
  const { owned, adopt } = planClaims(object, claimable(informers, ControllerRevision, object), ({ metadata }) =>
    selector.matches(metadata.labels ?? {}),
  );
  await claimObjects(client, object, { adopt, release: [] }, { owner: kind, owned: ControllerRevision });
  return [...owned].sort(byRevision);
}

export interface PresentRevision {
  readonly revision: ControllerRevision;
  /** Grown where another template had the hash. */
  readonly collisionCount: number;
}

/** The revision of the present template, made or brought to the front where it is not the newest. */
export async function ensureRevision<T extends Revisioned>(
  { client }: Acting,
  owner: RevisionOwner<T>,
  revisions: readonly ControllerRevision[],
): Promise<PresentRevision> {
  const { object, kind, hashLabel } = owner;
  const template = object.spec!.template;
  const plan = planRevision(revisions, template);
  let collisionCount = object.status?.collisionCount ?? 0;
  if (plan.type === 'present') return { revision: plan.revision, collisionCount };
  if (plan.type === 'renumber') {
    const revision = await client.update({ ...plan.revision, revision: plan.number });
    return { revision, collisionCount };
  }
  const data = templatePatch(template);
  for (let attempt = 0; attempt < collisionsMax; attempt++) {
    const hash = objectHash(data, collisionCount);
    const wish = newRevision(object, kind, { number: plan.number, hash, hashLabel });
    try {
      return { revision: await client.create(wish), collisionCount };
    } catch (error) {
      if (!StatusError.is(error, 'AlreadyExists')) throw error;
      const { name = '', namespace = '' } = wish.metadata;
      const present = await client.get(ControllerRevision, { name, namespace });
      if (deepEqual(present.data, data)) return { revision: present, collisionCount };
      collisionCount++;
    }
  }
  throw new Error(
    `${kind.kind} ${object.metadata.namespace}/${object.metadata.name}: no free name for its revision after ${collisionsMax} attempts; delete ControllerRevisions that nobody needs`,
  );
}

export async function deleteRevisions({ client }: Acting, surplus: readonly ControllerRevision[]): Promise<void> {
  for (const { metadata } of surplus) {
    const { name = '', namespace = '', uid = '' } = metadata;
    await client.delete(ControllerRevision, { name, namespace }, { preconditions: { uid } }).catch(ignoreNotFound);
  }
}
