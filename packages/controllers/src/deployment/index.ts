/**
 * The Deployment controller: rolls pods from one template to the next, a ReplicaSet each.
 *
 * Differs from Kubernetes: what the ReplicaSets of a Deployment do is gathered for 50 ms, and for up to a second more while
 * other keys are pressing; its first status is written once its new ReplicaSet is seen, and not before.
 */
import { Deployment, ReplicaSet } from '@pintle/api/apps/v1';
import { Pod } from '@pintle/api/core/v1';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import {
  controllerOf,
  controllerReference,
  type KubernetesObject,
  labelSelectorMatcher,
  StatusError,
} from '@pintle/machinery';
import { claimable, claimObjects, planClaims, wouldAdopt } from '../claims.js';
import { ignoreNotFound } from '../ignore-not-found.js';
import { isNamespaceEnding } from '../namespace-ending.js';
import { writeStatus } from '../write-status.js';
import { deadlineInMs, isComplete, planStatus, setRefusedReason, withSetRefused } from './deployment-status.js';
import {
  fencepostsOf,
  isScalingEvent,
  newSetReplicas,
  planProportional,
  planRecreate,
  planRollout,
  replicasOf,
  type Scaling,
} from './plan-deployment.js';
import { annotationsFor, byAge, newSetOf, planCleanUp, revisionAnnotation, sameTemplate } from './revision.js';
import { planRollback, rollbackRevision } from './rollback.js';
import { templateHash, templateHashLabel } from './template-hash.js';

export * from './deployment-status.js';
export * from './plan-deployment.js';
export * from './revision.js';
export * from './rollback.js';
export * from './template-hash.js';

/**
 * How long changes of its sets are gathered: a new set, and then how far that is, mostly make one status. In a rollout of
 * many Deployments their pods come first.
 */
const gatherMs = 50;

export function deploymentController({ concurrency = 5 }: { readonly concurrency?: number } = {}): Controller {
  return controller({ name: 'deployment', component: 'deployment-controller', concurrency })
    .for(Deployment)
    .owns(ReplicaSet, { gatherMs })
    .watches(
      ReplicaSet,
      wouldAdopt(Deployment, ({ spec }) => spec?.selector),
    )
    .watches(Pod, (pod, informers) => {
      // Recreate waits for the last old pod; only then a deployment cares for pods.
      if (pod.metadata.deletionTimestamp === undefined) return [];
      const set = informers
        .informer(ReplicaSet)
        .lister.get({ name: controllerOf(pod)?.name ?? '', namespace: pod.metadata.namespace ?? '' });
      const owner = set === undefined ? undefined : controllerOf(set);
      return owner?.kind === 'Deployment' ? [{ name: owner.name, namespace: pod.metadata.namespace ?? '' }] : [];
    })
    .reconcile((context) => new Rollout(context).run());
}

const byController = ({ metadata }: KubernetesObject): readonly string[] =>
  metadata.ownerReferences?.filter((owner) => owner.controller).map(({ uid }) => uid) ?? [];

class Rollout {
  constructor(private readonly context: ReconcileContext<Deployment>) {}

  async run(): Promise<undefined | { requeueAfterMs: number }> {
    const { object: deployment, world } = this.context;
    if (deployment === undefined) return undefined;
    const { selector } = deployment.spec ?? {};
    if (selector?.matchLabels === undefined && selector?.matchExpressions === undefined) {
      const why = 'This deployment is selecting all pods. A non-empty selector is required.';
      this.context.events.record(deployment, 'Warning', 'SelectingAll', why);
      return undefined;
    }
    const sets = await this.claimSets(deployment);
    const isGoing = deployment.metadata.deletionTimestamp !== undefined;
    const backTo = isGoing || deployment.spec?.paused ? undefined : rollbackRevision(deployment);
    if (backTo !== undefined) return this.goBack(deployment, backTo, sets);
    if (isGoing || deployment.spec?.paused || isScalingEvent(deployment, sets))
      return this.standStill(deployment, sets, { scales: !isGoing });
    const isRecreate = deployment.spec?.strategy?.type === 'Recreate';
    if (isRecreate && newSetOf(deployment, sets) === undefined && this.hasPods(sets)) {
      // The new set is made when the last old pod has gone, and then has all its replicas.
      await this.scaleAll(deployment, planRecreate(deployment, undefined, sets, true), sets);
      return this.writeStatus(deployment, undefined, sets);
    }
    const found = await this.ensureNewSet(deployment, sets);
    if (found === undefined) return undefined;
    const { newSet, revision } = found;
    const oldSets = sets.filter((set) => set.metadata.uid !== newSet.metadata.uid);
    const scalings = isRecreate
      ? planRecreate(deployment, newSet, oldSets, this.hasPods(oldSets))
      : planRollout(deployment, newSet, oldSets);
    await this.scaleAll(deployment, scalings, sets);
    // The way back stays open until the new pods are all available.
    if (isComplete(deployment, deployment.status ?? {})) await this.cleanUp(deployment, oldSets);
    // With the status, as kube-controller-manager: it is no change of the wish, and no new generation.
    await this.writeStatus(deployment, newSet, [...oldSets, newSet], { [revisionAnnotation]: revision });
    const left = deadlineInMs(deployment, world.clock.now());
    return left === undefined ? undefined : { requeueAfterMs: Math.max(left, 1000) };
  }

  /** Another template is the present one, and nothing is rolled out before that is seen. */
  private async goBack(deployment: Deployment, revision: bigint, sets: readonly ReplicaSet[]): Promise<undefined> {
    const { client, events } = this.context;
    const found = await this.ensureNewSet(deployment, sets);
    if (found === undefined) return undefined;
    const { newSet } = found;
    const others = sets.filter(({ metadata }) => metadata.uid !== newSet.metadata.uid);
    const { deployment: next, told } = planRollback(deployment, revision, [...others, newSet]);
    await client.update(next);
    events.record(deployment, told.type, told.reason, told.message);
    return undefined;
  }

  /** No rollout goes on: the set of the present template is brought up to date where it exists, and is not made. */
  private async standStill(
    deployment: Deployment,
    sets: readonly ReplicaSet[],
    { scales }: { readonly scales: boolean },
  ): Promise<undefined> {
    const found = newSetOf(deployment, sets);
    const oldSets = sets.filter((set) => set !== found);
    const annotations = annotationsFor(deployment, found, oldSets);
    const newSet = found && (await this.bringUpToDate(deployment, found, annotations));
    const allSets = sets.map((set) => (set === found ? newSet! : set));
    if (scales) await this.scaleAll(deployment, planProportional(deployment, allSets), allSets);
    if (scales && deployment.spec?.paused) await this.cleanUp(deployment, oldSets);
    const told = newSet && { [revisionAnnotation]: annotations[revisionAnnotation]! };
    return this.writeStatus(deployment, newSet, allSets, told);
  }

  /** Its sets, those included that match and nobody controls; one that matches no more is let go. */
  private async claimSets(deployment: Deployment): Promise<readonly ReplicaSet[]> {
    const { client, informers } = this.context;
    const matcher = labelSelectorMatcher(deployment.spec?.selector);
    const plan = planClaims(deployment, claimable(informers, ReplicaSet, deployment), ({ metadata }) =>
      matcher.matches(metadata.labels ?? {}),
    );
    if (plan.adopt.length > 0 || plan.release.length > 0)
      await claimObjects(client, deployment, plan, { owner: Deployment, owned: ReplicaSet });
    return [...plan.owned].sort(byAge);
  }

  /** Whether pods of these run, or may: sets that have not told of their end yet count too. */
  private hasPods(sets: readonly ReplicaSet[]): boolean {
    const { lister } = this.context.informers.informer(Pod, { indexes: { ownedBy: byController } });
    return sets.some(
      ({ metadata, status: told }) =>
        (told?.replicas ?? 0) > 0 ||
        lister
          .byIndex('ownedBy', metadata.uid ?? '')
          .some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed'),
    );
  }

  /**
   * The set of the present template, and the revision that it is. Undefined: the world has to be looked at anew. Where
   * there was none it is made, and its appearance brings the next look.
   */
  private async ensureNewSet(
    deployment: Deployment,
    sets: readonly ReplicaSet[],
  ): Promise<{ readonly newSet: ReplicaSet; readonly revision: string } | undefined> {
    const found = newSetOf(deployment, sets);
    const others = sets.filter((set) => set !== found);
    const wanted = deployment.spec?.replicas ?? 1;
    const scale = { desired: wanted, max: wanted + fencepostsOf(deployment).maxSurge };
    const annotations = annotationsFor(deployment, found, others, scale);
    const revision = annotations[revisionAnnotation]!;
    if (found === undefined) {
      const present = await this.createSet(deployment, sets, annotations);
      return present && { newSet: present, revision };
    }
    return { newSet: await this.bringUpToDate(deployment, found, annotations), revision };
  }

  private async bringUpToDate(
    deployment: Deployment,
    set: ReplicaSet,
    annotations: Readonly<Record<string, string>>,
  ): Promise<ReplicaSet> {
    if (!isStale(set, deployment, annotations)) return set;
    const { minReadySeconds: _before, ...specWithoutDelay } = set.spec!;
    return this.context.client.update<ReplicaSet>({
      ...set,
      metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, ...annotations } },
      spec: { ...specWithoutDelay, ...minReadyOf(deployment) },
    });
  }

  /** Undefined where it was made: its appearance wakes who made it. Otherwise one that the cache does not show yet. */
  private async createSet(
    deployment: Deployment,
    sets: readonly ReplicaSet[],
    annotations: Readonly<Record<string, string>>,
  ): Promise<ReplicaSet | undefined> {
    const { client } = this.context;
    const template = deployment.spec!.template;
    const hash = templateHash(template, deployment.status?.collisionCount);
    const labels = { ...template.metadata?.labels, [templateHashLabel]: hash };
    const { matchLabels, ...selector } = deployment.spec!.selector;
    const name = `${deployment.metadata.name}-${hash}`;
    const replicas = newSetReplicas(deployment, undefined, sets);
    const wish: ReplicaSet = {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name,
        namespace: deployment.metadata.namespace ?? '',
        labels,
        annotations,
        ownerReferences: [controllerReference(deployment, Deployment)],
      },
      spec: {
        replicas,
        ...minReadyOf(deployment),
        selector: { ...selector, matchLabels: { ...matchLabels, [templateHashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
    };
    try {
      await client.create(wish);
      if (replicas > 0)
        this.context.events.record(
          deployment,
          'Normal',
          'ScalingReplicaSet',
          `Scaled up replica set ${name} from 0 to ${replicas}`,
        );
      return undefined;
    } catch (error) {
      if (isNamespaceEnding(error)) return undefined;
      if (!StatusError.is(error, 'AlreadyExists')) {
        await this.tellRefusal(deployment, name, error as Error);
        throw error;
      }
      const present = await client.get(ReplicaSet, { name, namespace: deployment.metadata.namespace ?? '' });
      if (controllerOf(present)?.uid === deployment.metadata.uid && sameTemplate(present.spec?.template, template))
        return present;
      // Another template has the same hash: the next one is salted.
      await client.update(
        {
          ...deployment,
          status: { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 },
        },
        { subresource: 'status' },
      );
      return undefined;
    }
  }

  private async tellRefusal(deployment: Deployment, name: string, { message }: Error): Promise<void> {
    const { client, events, world } = this.context;
    const text = `Failed to create new replica set ${JSON.stringify(name)}: ${message}`;
    events.record(deployment, 'Warning', setRefusedReason, text);
    // What went wrong is told by the error of the create, whether this is written or not.
    const told = withSetRefused(deployment, text, world.clock.now());
    await writeStatus(client, Deployment, deployment, told).catch(() => {});
  }

  private async scaleAll(
    deployment: Deployment,
    scalings: readonly Scaling[],
    sets: readonly ReplicaSet[],
  ): Promise<void> {
    const { client } = this.context;
    const wanted = deployment.spec?.replicas ?? 1;
    const scale = { desired: wanted, max: wanted + fencepostsOf(deployment).maxSurge };
    const told = {
      'deployment.kubernetes.io/desired-replicas': String(scale.desired),
      'deployment.kubernetes.io/max-replicas': String(scale.max),
    };
    const scaled = new Set(scalings.map(({ set }) => set.metadata.uid));
    for (const { set, replicas } of scalings) {
      const { name = '', namespace = '' } = set.metadata;
      await client.patch(
        ReplicaSet,
        { name, namespace },
        { type: 'merge', body: { metadata: { uid: set.metadata.uid, annotations: told }, spec: { replicas } } },
      );
      const before = replicasOf(set);
      this.context.events.record(
        deployment,
        'Normal',
        'ScalingReplicaSet',
        `Scaled ${replicas > before ? 'up' : 'down'} replica set ${name} from ${before} to ${replicas}`,
      );
    }
    for (const set of sets) {
      const stale = Object.entries(told).some(([key, value]) => set.metadata.annotations?.[key] !== value);
      if (!stale || scaled.has(set.metadata.uid) || replicasOf(set) === 0) continue;
      const { name = '', namespace = '' } = set.metadata;
      await client.patch(ReplicaSet, { name, namespace }, { type: 'merge', body: { metadata: { annotations: told } } });
    }
  }

  private async cleanUp(deployment: Deployment, oldSets: readonly ReplicaSet[]): Promise<void> {
    for (const { metadata } of planCleanUp(deployment, oldSets)) {
      await this.context.client
        .delete(ReplicaSet, { name: metadata.name ?? '', namespace: metadata.namespace ?? '' })
        .catch(ignoreNotFound);
    }
  }

  private async writeStatus(
    deployment: Deployment,
    newSet: ReplicaSet | undefined,
    allSets: readonly ReplicaSet[],
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<undefined> {
    const { client, world } = this.context;
    const { collisionCount } = deployment.status ?? {};
    const status = planStatus(deployment, {
      newSet,
      allSets,
      nowMs: world.clock.now(),
      isAnotherSet: Object.entries(annotations).some(
        ([key, value]) => deployment.metadata.annotations?.[key] !== value,
      ),
      ...(collisionCount === undefined ? {} : { collisionCount }),
    });
    await writeStatus(client, Deployment, deployment, status, annotations);
    return undefined;
  }
}

/** None is told by leaving it out, so that a set is the same whether it was made or brought up to date. */
const minReadyOf = ({ spec }: Deployment): { readonly minReadySeconds?: number } =>
  spec?.minReadySeconds ? { minReadySeconds: spec.minReadySeconds } : {};

const isStale = (set: ReplicaSet, { spec }: Deployment, annotations: Readonly<Record<string, string>>): boolean =>
  (set.spec?.minReadySeconds ?? 0) !== (spec?.minReadySeconds ?? 0) ||
  Object.entries(annotations).some(([key, value]) => set.metadata.annotations?.[key] !== value);
