/** What a scheduler does, counted under kube-scheduler's names (`scheduler_*`). */
import { type Clock, exponentialBuckets, type Metrics } from '@pintle/machinery';
import type { Framework } from '../framework/framework.js';
import type { PointObserver } from '../framework/point-timer.js';
import { isSuccess, type Verdict } from '../framework/status.js';
import type { QueuedPodInfo } from '../queue/queued-pod-info.js';
import type { QueueCounts } from '../queue/scheduling-queue.js';

export interface SchedulerGauges {
  readonly queue: QueueCounts;
  readonly binding: number;
  readonly nodes: number;
  readonly pods: number;
  readonly assumedPods: number;
  /** Pods that wait, by the plugin that refused them and their scheduler name. */
  unschedulable(): Iterable<readonly [plugin: string, profile: string]>;
}

export class SchedulerMetrics {
  private readonly attempts;
  private readonly attemptSeconds;
  private readonly algorithmSeconds;
  private readonly sliSeconds;
  private readonly podAttempts;
  private readonly incoming;
  private readonly victims;
  private readonly preemptions;
  private readonly pointSeconds;
  private readonly permitSeconds;

  constructor(
    metrics: Metrics,
    private readonly clock: Clock,
    read: () => SchedulerGauges,
  ) {
    const buckets = exponentialBuckets(0.001, 2, 15);
    const byResult = ['result', 'profile'];
    this.attempts = metrics.counter({
      name: 'scheduler_schedule_attempts_total',
      help: 'Attempts to schedule pods, by what came of them.',
      labels: byResult,
    });
    this.attemptSeconds = metrics.histogram({
      name: 'scheduler_scheduling_attempt_duration_seconds',
      help: 'Seconds of an attempt, its bind included.',
      labels: byResult,
      buckets,
    });
    this.algorithmSeconds = metrics
      .histogram({
        name: 'scheduler_scheduling_algorithm_duration_seconds',
        help: 'Seconds until a node is chosen.',
        buckets,
      })
      .with();
    this.sliSeconds = metrics.histogram({
      name: 'scheduler_pod_scheduling_sli_duration_seconds',
      help: 'Seconds from a pod’s entry into the queue to its bind.',
      labels: ['attempts'],
      buckets: exponentialBuckets(0.01, 2, 20),
    });
    this.podAttempts = metrics
      .histogram({
        name: 'scheduler_pod_scheduling_attempts',
        help: 'Attempts that it took to schedule a pod.',
        buckets: exponentialBuckets(1, 2, 5),
      })
      .with();
    this.incoming = metrics.counter({
      name: 'scheduler_queue_incoming_pods_total',
      help: 'Pods that entered a queue, by the event that brought them.',
      labels: ['queue', 'event'],
    });
    this.victims = metrics
      .histogram({
        name: 'scheduler_preemption_victims',
        help: 'Pods that had to leave for another.',
        buckets: exponentialBuckets(1, 2, 7),
      })
      .with();
    this.preemptions = metrics
      .counter({ name: 'scheduler_preemption_attempts_total', help: 'Times that pods had to leave for another.' })
      .with();
    this.pointSeconds = metrics.histogram({
      name: 'scheduler_framework_extension_point_duration_seconds',
      help: 'Seconds of all plugins of an extension point.',
      labels: ['extension_point', 'status', 'profile'],
      buckets: exponentialBuckets(0.0001, 2, 12),
    });
    this.permitSeconds = metrics.histogram({
      name: 'scheduler_permit_wait_duration_seconds',
      help: 'Seconds that Permit held a pod.',
      labels: ['result'],
      buckets,
    });
    this.gauges(metrics, read);
  }

  /** For frameworks: what their points take. */
  get points(): PointObserver {
    return {
      now: () => this.clock.monotonic(),
      series: (point, status, profile) => this.pointSeconds.with(point, status, profile),
    };
  }

  /** A node was chosen, or none. */
  algorithm(startMs: number): void {
    this.algorithmSeconds.observe(this.since(startMs));
  }

  scheduled({ addedMs, attempts }: QueuedPodInfo, { schedulerName }: Framework, startMs: number): void {
    this.attempts.with('scheduled', schedulerName).increment();
    this.attemptSeconds.with('scheduled', schedulerName).observe(this.since(startMs));
    this.podAttempts.observe(attempts);
    const label = attempts >= 15 ? '15+' : String(attempts);
    this.sliSeconds.with(label).observe((this.clock.now() - addedMs) / 1000);
  }

  failed({ schedulerName }: Framework, startMs: number, result: 'unschedulable' | 'error'): void {
    this.attempts.with(result, schedulerName).increment();
    this.attemptSeconds.with(result, schedulerName).observe(this.since(startMs));
  }

  permitWaited(startMs: number, verdict: Verdict): void {
    this.permitSeconds.with(isSuccess(verdict) ? 'Success' : verdict.code).observe(this.since(startMs));
  }

  preempted(victims: number): void {
    this.preemptions.increment();
    this.victims.observe(victims);
  }

  entered(queue: string, event: string): void {
    this.incoming.with(queue, event).increment();
  }

  private since(startMs: number): number {
    return (this.clock.monotonic() - startMs) / 1000;
  }

  private gauges(metrics: Metrics, read: () => SchedulerGauges): void {
    const pending = metrics.gauge({
      name: 'scheduler_pending_pods',
      help: 'Pods that wait, by queue.',
      labels: ['queue'],
    });
    const cache = metrics.gauge({ name: 'scheduler_cache_size', help: 'What the cache holds.', labels: ['type'] });
    const working = metrics.gauge({
      name: 'scheduler_goroutines',
      help: 'Pods that are being bound.',
      labels: ['operation'],
    });
    const refused = metrics.gauge({
      name: 'scheduler_unschedulable_pods',
      help: 'Pods that a plugin refused and that wait.',
      labels: ['plugin', 'profile'],
    });
    metrics.collect(() => {
      const { queue, binding, nodes, pods, assumedPods, unschedulable } = read();
      for (const name of ['active', 'backoff', 'unschedulable', 'gated'] as const) pending.with(name).set(queue[name]);
      for (const [type, size] of Object.entries({ nodes, pods, assumed_pods: assumedPods })) cache.with(type).set(size);
      working.with('binding').set(binding);
      refused.clear();
      for (const [plugin, profile] of unschedulable()) refused.with(plugin, profile).add(1);
    });
  }
}
