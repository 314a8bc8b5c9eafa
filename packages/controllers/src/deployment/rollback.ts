/** Going back to an earlier revision, which an annotation asks for: the template of its set becomes the present one. Pure. */
import type { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { byRevision, isCopied, parseRevision, revisionOf, sameTemplate } from './revision.js';
import { templateHashLabel } from './template-hash.js';

/** What asks for it; what `rollbackTo` of older versions of the kind was (`0`: to the one before). */
const rollbackAnnotation = 'deprecated.deployment.rollback.to';

export interface RollbackPlan {
  /** The Deployment as it is to be, asking no more. */
  readonly deployment: Deployment;
  readonly told: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };
}

/** The revision that is asked for; undefined where none is, or what stands there is no number. */
export function rollbackRevision({ metadata }: Deployment): bigint | undefined {
  return parseRevision(metadata.annotations?.[rollbackAnnotation] ?? '');
}

/** `sets` are all of the Deployment's. */
export function planRollback(deployment: Deployment, wanted: bigint, sets: readonly ReplicaSet[]): RollbackPlan {
  const name = JSON.stringify(deployment.metadata.name);
  const warn = (reason: string, message: string): RollbackPlan => ({
    deployment: withoutWish(deployment),
    told: { type: 'Warning', reason: `DeploymentRollback${reason}`, message },
  });
  const revision = wanted === 0n ? lastRevision(sets) : wanted;
  if (revision === 0n) return warn('RevisionNotFound', 'Unable to find last revision.');
  const found = sets.find((set) => revisionOf(set) === revision);
  if (found === undefined) return warn('RevisionNotFound', 'Unable to find the revision to rollback to.');
  if (sameTemplate(deployment.spec?.template, found.spec?.template))
    return warn('TemplateUnchanged', `The rollback revision contains the same template as current deployment ${name}`);
  return {
    deployment: withoutWish(asOf(deployment, found)),
    told: {
      type: 'Normal',
      reason: 'DeploymentRollback',
      message: `Rolled back deployment ${name} to revision ${revision}`,
    },
  };
}

/** The one before the newest; 0: there is none. */
function lastRevision(sets: readonly ReplicaSet[]): bigint {
  const last = [...sets].sort(byRevision).at(-2);
  return last === undefined ? 0n : revisionOf(last);
}

/** With the template of the set, and what the set says of its change. */
function asOf(deployment: Deployment, { metadata, spec }: ReplicaSet): Deployment {
  const { template } = spec!;
  const { [templateHashLabel]: _hash, ...labels } = template!.metadata?.labels ?? {};
  return {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      annotations: {
        ...only(deployment.metadata.annotations, (key) => !isCopied(key)),
        ...only(metadata.annotations, isCopied),
      },
    },
    spec: { ...deployment.spec!, template: { ...template!, metadata: { ...template!.metadata, labels } } },
  };
}

function withoutWish(deployment: Deployment): Deployment {
  const annotations = only(deployment.metadata.annotations, (key) => key !== rollbackAnnotation);
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}

const only = (annotations: Readonly<Record<string, string>> | undefined, isWanted: (key: string) => boolean) =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => isWanted(key)));
