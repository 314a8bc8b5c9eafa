/**
 * The HorizontalPodAutoscaler controller: every 15 s it asks what the metrics of each autoscaler say, and sets the
 * replicas of its target accordingly.
 *
 * **Differs from Kubernetes**: an autoscaler is first looked at when it is there, and not 15 s later.
 */
import type { HorizontalPodAutoscalerCondition, HorizontalPodAutoscalerStatus } from '@pintle/api/autoscaling/v2';
import { HorizontalPodAutoscaler } from '@pintle/api/autoscaling/v2';
import { Pod } from '@pintle/api/core/v1';
import type { Client } from '@pintle/client';
import { type Controller, controller, type ReconcileContext } from '@pintle/controller-runtime';
import {
  type CompiledLabelSelector,
  deepEqual,
  formatTime,
  type KindRef,
  type KubernetesObject,
  objectKey,
  parseLabelSelector,
  parseQuantity,
  setCondition,
} from '@pintle/machinery';
import { ignoreNotFound } from '../ignore-not-found.js';
import { ObjectMemory } from '../object-memory.js';
import { writeStatus } from '../write-status.js';
import { apiMetrics } from './api-metrics.js';
import { type Evaluation, evaluateMetric } from './evaluate-metric.js';
import type { MetricsSource } from './metrics-source.js';
import { type AutoscalerHistory, normalize, type ScalingRules, withScaleEvent } from './normalize.js';
import type { Tolerances } from './replicas.js';
import { targetKind } from './target-kind.js';

export { apiMetrics } from './api-metrics.js';
export {
  type MetricQuery,
  type MetricsSource,
  NoMetricsError,
  type PodMetric,
  type PodMetrics,
  type PodQuery,
  type ResourceQuery,
} from './metrics-source.js';

export interface HorizontalPodAutoscalerOptions {
  /** Every kind that a target can be of. */
  readonly kinds: () => readonly KindRef[];
  /** What is asked in the place of the API server's `metrics.k8s.io` and its like. */
  readonly metrics?: Partial<MetricsSource>;
  readonly concurrency?: number;
  /** Default 15,000. */
  readonly syncPeriodMs?: number;
  /** Default 300,000. */
  readonly downscaleWindowMs?: number;
  /** Default 0.1. */
  readonly tolerance?: number;
  /** Default 300,000. */
  readonly cpuInitializationMs?: number;
  /** Default 30,000. */
  readonly initialReadinessMs?: number;
}

const defaults = {
  metrics: {},
  concurrency: 5,
  syncPeriodMs: 15_000,
  downscaleWindowMs: 300_000,
  tolerance: 0.1,
  cpuInitializationMs: 300_000,
  initialReadinessMs: 30_000,
};

type Options = Required<HorizontalPodAutoscalerOptions>;

interface Remembered extends AutoscalerHistory {
  /** Of the target's pods, where it was seen. */
  readonly selector?: CompiledLabelSelector;
}

/** A server may leave out how many are wanted where it is none. */
interface ToldScale extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
  readonly status: Scale['status'];
}

interface Scale {
  readonly spec: { readonly replicas: number };
  readonly status: { readonly replicas: number; readonly selector?: string };
}

export function horizontalPodAutoscalerController(given: HorizontalPodAutoscalerOptions): Controller {
  const options: Options = { ...defaults, ...given };
  const memory = new ObjectMemory<Remembered>();
  const sources = new WeakMap<Client, MetricsSource>();
  const sourceOf = (client: Client): MetricsSource => {
    const source = sources.get(client) ?? { ...apiMetrics(client, options.kinds), ...options.metrics };
    sources.set(client, source);
    return source;
  };
  return controller({
    name: 'horizontal-pod-autoscaler',
    component: 'horizontal-pod-autoscaler',
    concurrency: options.concurrency,
  })
    .for(HorizontalPodAutoscaler, {
      predicate: (event) => event.type !== 'updated' || !deepEqual(event.object.spec, event.old.spec),
    })
    .reconcile(async (context) => {
      const { object: autoscaler, informers, key } = context;
      if (autoscaler === undefined) {
        memory.forget(informers, objectKey(key));
        return undefined;
      }
      await new AutoscalerLook(context, autoscaler, options, sourceOf(context.client), memory).run();
      return { requeueAfterMs: options.syncPeriodMs };
    });
}

type Metrics = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['currentMetrics']>;

interface Decision {
  readonly replicas?: number;
  readonly reason?: string;
  readonly metrics?: Metrics | undefined;
}

interface Evaluated {
  readonly replicas?: number;
  readonly name?: string;
  readonly metrics?: Metrics | undefined;
}

/** One look at one autoscaler. */
class AutoscalerLook {
  private conditions: readonly HorizontalPodAutoscalerCondition[];
  private readonly nowMs: number;

  constructor(
    private readonly context: ReconcileContext<HorizontalPodAutoscaler>,
    private readonly autoscaler: HorizontalPodAutoscaler,
    private readonly options: Options,
    private readonly source: MetricsSource,
    private readonly memory: ObjectMemory<Remembered>,
  ) {
    this.conditions = autoscaler.status?.conditions ?? [];
    this.nowMs = context.world.clock.now();
  }

  async run(): Promise<void> {
    const target = await this.findTarget();
    if (target === undefined) return this.write({ ...this.autoscaler.status, desiredReplicas: this.desiredBefore });
    const { kind, scale } = target;
    this.set('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const currentReplicas = scale.spec.replicas;
    if (this.history.recommendations.length === 0)
      this.remember({ recommendations: [{ replicas: currentReplicas, atMs: this.nowMs }] });
    const { replicas, reason = '', metrics } = await this.decide(scale);
    if (replicas === undefined) return this.write(this.statusWith(currentReplicas, this.desiredBefore, metrics));
    const isRescaled = replicas !== currentReplicas;
    if (isRescaled && !(await this.rescale(kind, currentReplicas, replicas, reason)))
      return this.write(this.statusWith(currentReplicas, this.desiredBefore, this.autoscaler.status?.currentMetrics));
    const status = this.statusWith(currentReplicas, replicas, metrics);
    return this.write(isRescaled ? { ...status, lastScaleTime: formatTime(this.nowMs) } : status);
  }

  private get desiredBefore(): number {
    return this.autoscaler.status?.desiredReplicas ?? 0;
  }

  private get spec() {
    return this.autoscaler.spec!;
  }

  private get key(): string {
    return objectKey(this.context.key);
  }

  private get history(): Remembered {
    const { informers } = this.context;
    const found = this.memory.get(informers, this.key, this.autoscaler.metadata.uid);
    return found ?? { recommendations: [], ups: [], downs: [] };
  }

  private remember(change: Partial<Remembered>): void {
    const { uid } = this.autoscaler.metadata;
    this.memory.set(this.context.informers, this.key, uid, { ...this.history, ...change });
  }

  private get rules(): ScalingRules | undefined {
    const { behavior } = this.spec;
    return behavior === undefined
      ? undefined
      : { scaleUp: behavior.scaleUp ?? {}, scaleDown: behavior.scaleDown ?? {} };
  }

  private get tolerances(): Tolerances {
    const { tolerance } = this.options;
    const of = (text: string | undefined) => (text === undefined ? tolerance : Number(parseQuantity(text).nano) / 1e9);
    return { up: of(this.rules?.scaleUp.tolerance), down: of(this.rules?.scaleDown.tolerance) };
  }

  private async findTarget(): Promise<{ readonly kind: KindRef; readonly scale: Scale } | undefined> {
    try {
      const kind = targetKind(this.options.kinds(), this.spec.scaleTargetRef);
      const options = { subresource: 'scale' };
      const told = await this.context.client.get<ToldScale>(kind as KindRef<ToldScale>, this.targetKey, options);
      return { kind, scale: { spec: { replicas: told.spec?.replicas ?? 0 }, status: told.status } };
    } catch (error) {
      const { message } = error as Error;
      this.tell('Warning', 'FailedGetScale', message);
      const what = `the HPA controller was unable to get the target's current scale: ${message}`;
      this.set('AbleToScale', false, 'FailedGetScale', what);
      return undefined;
    }
  }

  private get targetKey() {
    return { name: this.spec.scaleTargetRef.name, namespace: this.context.key.namespace ?? '' };
  }

  /** No replicas: nothing can be told, and the conditions say why. */
  private async decide(scale: Scale): Promise<Decision> {
    const currentReplicas = scale.spec.replicas;
    const { minReplicas = 1, maxReplicas } = this.spec;
    if (currentReplicas === 0 && minReplicas !== 0) {
      this.set(
        'ScalingActive',
        false,
        'ScalingDisabled',
        'scaling is disabled since the replica count of the target is zero',
      );
      return { replicas: 0 };
    }
    const toLimit = (replicas: number, reason: string) => ({ replicas, reason });
    if (currentReplicas > maxReplicas) return toLimit(maxReplicas, 'Current number of replicas above Spec.MaxReplicas');
    if (currentReplicas < minReplicas) return toLimit(minReplicas, 'Current number of replicas below Spec.MinReplicas');
    const { replicas: wanted, name, metrics } = await this.evaluate(scale);
    if (wanted === undefined) return { metrics };
    const reason =
      wanted > currentReplicas ? `${name} above target` : wanted < currentReplicas ? 'All metrics below target' : '';
    const { replicas, recommendations, able, limited } = normalize(
      {
        currentReplicas,
        wanted,
        minReplicas,
        maxReplicas,
        nowMs: this.nowMs,
        downscaleWindowMs: this.options.downscaleWindowMs,
      },
      this.history,
      this.rules,
    );
    this.remember({ recommendations });
    this.set('AbleToScale', true, able.reason, able.message);
    this.set('ScalingLimited', limited.isLimited, limited.reason, limited.message);
    return { replicas, reason, metrics };
  }

  /** The most that a metric asks for. With faults, fewer replicas than there are is asked for by none. */
  private async evaluate(scale: Scale): Promise<Evaluated> {
    const { metrics: specs = [] } = this.spec;
    const selector = this.selectorOf(scale);
    if (selector === undefined) return {};
    const { informers, key } = this.context;
    const namespace = key.namespace ?? '';
    const pods = informers
      .informer(Pod)
      .lister.list({ namespace })
      .filter(({ metadata }) => selector.matches(metadata.labels ?? {}));
    if (this.isAmbiguous(scale.status.selector ?? '', selector, pods)) return {};
    const evaluations: Evaluation[] = [];
    for (const spec of specs) {
      const evaluation = await evaluateMetric(spec, {
        source: this.source,
        namespace,
        selector,
        pods,
        specReplicas: scale.spec.replicas,
        statusReplicas: scale.status.replicas,
        options: { ...this.options, tolerances: this.tolerances, nowMs: this.nowMs },
      });
      if ('fault' in evaluation) this.tell('Warning', evaluation.reason, evaluation.fault);
      evaluations.push(evaluation);
    }
    const faults = evaluations.filter((one) => 'fault' in one);
    const found = evaluations.filter((one) => 'name' in one);
    const most = found.reduce<(typeof found)[number] | undefined>(
      (best, one) => (!best?.replicas || one.replicas > best.replicas ? one : best),
      undefined,
    );
    const [first] = faults;
    // A metric with a fault has an empty place among the others.
    const metrics = evaluations.map((one) => ('status' in one ? one.status : { type: '' }));
    if (most === undefined || (first !== undefined && most.replicas < scale.spec.replicas)) {
      const fault = first?.fault ?? 'there is no metric';
      const reason = first?.reason ?? 'InvalidMetricSourceType';
      this.set('ScalingActive', false, reason, `the HPA was unable to compute the replica count: ${fault}`);
      this.tell(
        'Warning',
        'FailedComputeMetricsReplicas',
        `invalid metrics (${faults.length} invalid out of ${specs.length}), first error is: ${first?.summary ?? fault}`,
      );
      return { metrics };
    }
    this.set(
      'ScalingActive',
      true,
      'ValidMetricFound',
      `the HPA was able to successfully calculate a replica count from ${most.name}`,
    );
    return { replicas: most.replicas, name: most.name, metrics };
  }

  private selectorOf({ status }: Scale): CompiledLabelSelector | undefined {
    if (!status.selector) {
      this.tell('Warning', 'SelectorRequired', 'selector is required');
      const what = "the HPA target's scale is missing a selector";
      return this.invalidSelector(what, 'selector is required');
    }
    try {
      return parseLabelSelector(status.selector);
    } catch (error) {
      const what = `couldn't convert selector into a corresponding internal selector object: ${(error as Error).message}`;
      this.tell('Warning', 'InvalidSelector', what);
      return this.invalidSelector(what, what);
    }
  }

  private invalidSelector(condition: string, event: string): undefined {
    this.set('ScalingActive', false, 'InvalidSelector', condition);
    this.tell('Warning', 'FailedComputeMetricsReplicas', event);
    return undefined;
  }

  /** Another autoscaler sets the number of some of the same pods. */
  private isAmbiguous(text: string, selector: CompiledLabelSelector, pods: readonly Pod[]): boolean {
    this.remember({ selector });
    const { informers, key } = this.context;
    const namespace = key.namespace ?? '';
    const others = informers
      .informer(HorizontalPodAutoscaler)
      .lister.list({ namespace })
      .filter(({ metadata }) => {
        const known = this.memory.get(informers, objectKey(metadata), metadata.uid)?.selector;
        return known !== undefined && pods.some((pod) => known.matches(pod.metadata.labels ?? {}));
      })
      .map(({ metadata }) => objectKey(metadata))
      .sort();
    if (others.length < 2) return false;
    const what = `pods by selector ${text} are controlled by multiple HPAs: [${others.join(' ')}]`;
    this.tell('Warning', 'AmbiguousSelector', what);
    this.set('ScalingActive', false, 'AmbiguousSelector', what);
    this.tell('Warning', 'FailedComputeMetricsReplicas', what);
    return true;
  }

  private async rescale(kind: KindRef, from: number, to: number, reason: string): Promise<boolean> {
    try {
      await this.context.client.patch(
        kind,
        this.targetKey,
        { type: 'merge', body: { spec: { replicas: to } } },
        { subresource: 'scale' },
      );
    } catch (error) {
      const { message } = error as Error;
      this.tell('Warning', 'FailedRescale', `New size: ${to}; reason: ${reason}; error: ${message}`);
      const what = `the HPA controller was unable to update the target scale: ${message}`;
      this.set('AbleToScale', false, 'FailedUpdateScale', what);
      return false;
    }
    const what = `the HPA controller was able to update the target scale to ${to}`;
    this.set('AbleToScale', true, 'SucceededRescale', what);
    this.tell('Normal', 'SuccessfulRescale', `New size: ${to}; reason: ${reason}`);
    this.remember(withScaleEvent(this.history, this.rules, { from, to, nowMs: this.nowMs }));
    return true;
  }

  private statusWith(
    currentReplicas: number,
    desiredReplicas: number,
    currentMetrics: HorizontalPodAutoscalerStatus['currentMetrics'],
  ): HorizontalPodAutoscalerStatus {
    const { lastScaleTime } = this.autoscaler.status ?? {};
    return {
      ...(currentReplicas === 0 ? {} : { currentReplicas }),
      desiredReplicas,
      ...(lastScaleTime == null ? {} : { lastScaleTime }),
      ...(currentMetrics === undefined ? {} : { currentMetrics }),
    };
  }

  private async write(status: HorizontalPodAutoscalerStatus): Promise<void> {
    const wanted = { ...status, conditions: this.conditions };
    await writeStatus(this.context.client, HorizontalPodAutoscaler, this.autoscaler, wanted).catch(ignoreNotFound);
  }

  private set(type: string, is: boolean, reason: string, message: string): void {
    const condition = { type, status: is ? 'True' : 'False', reason, message };
    this.conditions = setCondition(this.conditions, condition, formatTime(this.nowMs));
  }

  private tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.context.events.record(this.autoscaler, type, reason, message);
  }
}
