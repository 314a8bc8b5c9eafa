/**
 * Keeps the condition `Available` of APIServices: looked at again when their Services or the endpoints of these change, every
 * while, and soon after a server did not answer.
 */
import { APIService } from '@pintle/api/apiregistration/v1';
import type { Service } from '@pintle/api/core/v1';
import type { EndpointSlice } from '@pintle/api/discovery/v1';
import type { Client } from '@pintle/client';
import type { StoreBackend } from '@pintle/contracts';
import {
  type CancelTimer,
  type Counter,
  type Family,
  formatTime,
  type KubernetesObject,
  type Metrics,
  StatusError,
  type World,
} from '@pintle/machinery';
import { ObjectCache } from '../storage/object-cache.js';
import type { StoredObject } from '../storage/stored-object.js';
import {
  failedCheck,
  isAvailable,
  local,
  passed,
  serviceFault,
  serviceNameLabel,
  type Verdict,
} from './availability.js';

/** How soon a server is asked again that did not answer: twice as long each time. */
const retryFirstMs = 5;
const retryMaxMs = 30_000;

export interface AvailabilityParts {
  readonly world: World;
  readonly backend: StoreBackend<StoredObject>;
  readonly client: Client;
  readonly metrics: Metrics;
  readonly services: () => Iterable<APIService>;
  /** Asks the server behind. Errors: what is wrong with its answer. */
  probe(service: APIService): Promise<void>;
  /** Called after each look; `reached`: the server answered. */
  onLook(service: APIService, reached: boolean): void;
}

export class AvailabilityChecks {
  private readonly services: ObjectCache;
  private readonly slices: ObjectCache;
  private readonly retries = new Map<string, { readonly afterMs: number; readonly cancel: CancelTimer }>();

  private readonly losses: Family<Counter>;
  private isStopped = false;

  constructor(private readonly parts: AvailabilityParts) {
    const { backend, world, metrics, services } = parts;
    this.losses = metrics.counter({
      name: 'aggregator_unavailable_apiservice_total',
      help: 'How often an APIService was there no more, and why.',
      labels: ['name', 'reason'],
    });
    const unavailable = metrics.gauge({
      name: 'aggregator_unavailable_apiservice',
      help: 'Whether an APIService is not there: 1; 0 where it is.',
      labels: ['name'],
    });
    metrics.collect(() => {
      unavailable.clear();
      for (const each of services()) unavailable.with(each.metadata.name ?? '').set(isAvailable(each) ? 0 : 1);
    });
    const follow = (prefix: string, nameOf: (object: KubernetesObject) => string | undefined) =>
      new ObjectCache(backend, prefix, world.logger, ({ object, previous }) => {
        const { metadata } = (object ?? previous)!;
        this.lookBehind(metadata.namespace ?? '', nameOf((object ?? previous)!) ?? '');
      });
    this.services = follow('/registry/core/services/', ({ metadata }) => metadata.name);
    this.slices = follow(
      '/registry/discovery.k8s.io/endpointslices/',
      ({ metadata }) => metadata.labels?.[serviceNameLabel],
    );
  }

  async start(): Promise<void> {
    await this.services.start();
    await this.slices.start();
  }

  stop(): void {
    this.isStopped = true;
    this.services.stop();
    this.slices.stop();
    for (const { cancel } of this.retries.values()) cancel();
  }

  /** Looks, tells what was found, and looks again where that may change without anything being written. */
  async look(service: APIService): Promise<void> {
    const { world, onLook } = this.parts;
    const name = service.metadata.name ?? '';
    const { verdict, isToRetry } = await this.verdictOf(service);
    onLook(service, verdict === passed);
    if (isToRetry) this.retrySoon(name);
    else this.forget(name);
    await this.tell(name, verdict).catch((error: unknown) => {
      if (!StatusError.is(error, 'NotFound') && !StatusError.is(error, 'Conflict'))
        world.logger.log('warn', 'the status of an APIService could not be written', { name, error });
    });
  }

  forget(name: string): void {
    this.retries.get(name)?.cancel();
    this.retries.delete(name);
  }

  private lookBehind(namespace: string, name: string): void {
    for (const each of this.parts.services()) {
      const named = each.spec?.service;
      if (named?.namespace === namespace && named.name === name) void this.look(each);
    }
  }

  private async verdictOf(service: APIService): Promise<{ verdict: Verdict; isToRetry?: boolean }> {
    const named = service.spec?.service;
    if (!named) return { verdict: local };
    const { namespace = '', name = '' } = named;
    const slices = (this.slices.inNamespace(namespace) as readonly EndpointSlice[]).filter(
      ({ metadata }) => metadata.labels?.[serviceNameLabel] === name,
    );
    const fault = serviceFault(service, this.services.get(`${namespace}/${name}`) as Service | undefined, slices);
    if (fault !== undefined) return { verdict: fault };
    try {
      await this.parts.probe(service);
      return { verdict: passed };
    } catch (error) {
      return { verdict: failedCheck((error as Error).message), isToRetry: true };
    }
  }

  private retrySoon(name: string): void {
    if (this.isStopped) return;
    const before = this.retries.get(name);
    before?.cancel();
    const afterMs = before === undefined ? retryFirstMs : Math.min(before.afterMs * 2, retryMaxMs);
    const cancel = this.parts.world.clock.schedule(afterMs, () => {
      const service = [...this.parts.services()].find(({ metadata }) => metadata.name === name);
      if (service !== undefined) void this.look(service);
    });
    this.retries.set(name, { afterMs, cancel });
  }

  private async tell(name: string, { status, reason, message }: Verdict): Promise<void> {
    const { client, world } = this.parts;
    const service = (await client.get(APIService, { name })) as APIService & KubernetesObject;
    const before = service.status?.conditions?.find(({ type }) => type === 'Available');
    if (before?.status === status && before.reason === reason && before.message === message) return;
    if (status === 'False' && before?.status !== 'False') this.losses.with(name, reason).increment();
    const now = formatTime(world.clock.now());
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    const condition = { type: 'Available', status, reason, message, lastTransitionTime };
    const others = (service.status?.conditions ?? []).filter(({ type }) => type !== 'Available');
    await client.patch(
      APIService,
      { name },
      { type: 'merge', body: { status: { conditions: [...others, condition] } } },
      { subresource: 'status' },
    );
  }
}
