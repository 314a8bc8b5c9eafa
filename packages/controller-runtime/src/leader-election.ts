/**
 * Leader election by Lease (client-go `leaderelection`): one of several candidates holds the lease, renews it,
 * and stops being the leader when it could not for too long. Who watches another's lease trusts only its own
 * clock for how long it has stood still.
 *
 * Invariant: nobody else can have the lease while `holds()` is true. It counts from before the renewal was asked for,
 * and by a clock that does not go back; others wait for as long from when they saw it, which is later.
 */
import { Lease } from '@pintle/api/coordination/v1';
import type { Client } from '@pintle/client';
import { AbortedError, formatMicroTime, jitter, StatusError, sleep, type World, withTimeout } from '@pintle/machinery';

export interface LeaderElection {
  readonly leaseName: string;
  readonly leaseNamespace: string;
  readonly identity: string;
  /** Default 15,000. */
  readonly leaseDurationMs?: number;
  /** Default 10,000. */
  readonly renewDeadlineMs?: number;
  /** Default 2,000. */
  readonly retryPeriodMs?: number;
}

/** A write by one that no longer leads, or cannot know that it does. */
export class NotLeaderError extends Error {
  readonly code = 'PINTLE_NOT_LEADER';
  constructor(lease: string) {
    super(`the lease ${JSON.stringify(lease)} is not held any longer: nothing is written`);
    this.name = 'NotLeaderError';
  }
}

export interface LeaderCallbacks {
  onElected(): void;
  /** The lease was lost; whatever only a leader may do has to end now. */
  onLost(): void;
}

export class LeaderElector {
  private readonly timing: {
    readonly leaseDurationMs: number;
    readonly renewDeadlineMs: number;
    readonly retryPeriodMs: number;
  };
  private observed: { record: string; atMs: number } | undefined;
  private leading = false;
  private heldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly world: World,
    private readonly client: Client,
    private readonly election: LeaderElection,
    private readonly callbacks: LeaderCallbacks,
  ) {
    this.timing = {
      leaseDurationMs: election.leaseDurationMs ?? 15_000,
      renewDeadlineMs: election.renewDeadlineMs ?? 10_000,
      retryPeriodMs: election.retryPeriodMs ?? 2_000,
    };
  }

  /** Whether the lease is certainly still held. */
  holds(): boolean {
    return this.leading && this.world.clock.monotonic() < this.heldUntilMs;
  }

  /** Runs until aborted; lets the lease go at the end, so that another need not wait for it. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        while (!(await this.tryAcquireOrRenew()))
          await sleep(
            this.world.clock,
            jitter(this.world.random.stream('leader-election'), this.timing.retryPeriodMs, 0.2),
            signal,
          );
        this.leading = true;
        this.callbacks.onElected();
        await this.keepRenewing(signal);
        this.lose();
      }
    } catch (error) {
      if (!(error instanceof AbortedError)) throw error;
    } finally {
      if (this.leading) await this.release();
      this.lose();
    }
  }

  private lose(): void {
    if (!this.leading) return;
    this.leading = false;
    this.callbacks.onLost();
  }

  private async keepRenewing(signal: AbortSignal): Promise<void> {
    const { clock } = this.world;
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = this.timing;
    while (clock.monotonic() < this.heldUntilMs - leaseDurationMs + renewDeadlineMs) {
      await sleep(clock, retryPeriodMs, signal);
      await this.tryAcquireOrRenew();
    }
  }

  private async tryAcquireOrRenew(): Promise<boolean> {
    const { clock, logger } = this.world;
    const askedMs = clock.monotonic();
    try {
      const held = await withTimeout(clock, this.timing.renewDeadlineMs, 'renewing the leader lease', () =>
        this.attempt(),
      );
      if (held) this.heldUntilMs = askedMs + this.timing.leaseDurationMs;
      return held;
    } catch (error) {
      if (!StatusError.is(error, 'Conflict') && !StatusError.is(error, 'AlreadyExists'))
        logger.log('warn', 'the leader lease could not be had', { lease: this.election.leaseName, error });
      return false;
    }
  }

  private async attempt(): Promise<boolean> {
    const { clock } = this.world;
    const { leaseName: name, leaseNamespace: namespace, identity } = this.election;
    const now = formatMicroTime(clock.now());
    const mine = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.timing.leaseDurationMs / 1000),
      renewTime: now,
    };
    const lease = await this.client.get(Lease, { name, namespace }).catch((error: unknown) => {
      if (StatusError.is(error, 'NotFound')) return undefined;
      throw error;
    });
    if (lease === undefined) {
      await this.client.create<Lease>({
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        spec: { ...mine, acquireTime: now, leaseTransitions: 0 },
      });
      return true;
    }
    const {
      holderIdentity: holder = '',
      renewTime = '',
      acquireTime = now,
      leaseTransitions = 0,
      leaseDurationSeconds = 0,
    } = lease.spec ?? {};
    const record = `${holder} ${renewTime} ${lease.metadata.resourceVersion}`;
    if (this.observed?.record !== record) this.observed = { record, atMs: clock.monotonic() };
    // For as long as its holder counts on it, whatever this candidate would ask for.
    const held =
      holder !== '' && holder !== identity && clock.monotonic() - this.observed.atMs < leaseDurationSeconds * 1000;
    if (held) return false;
    const spec =
      holder === identity
        ? { ...lease.spec, ...mine, acquireTime }
        : { ...lease.spec, ...mine, acquireTime: now, leaseTransitions: leaseTransitions + 1 };
    // The version read is the fence: who was overtaken meanwhile gets a conflict.
    await this.client.update<Lease>({ ...lease, spec });
    return true;
  }

  private async release(): Promise<void> {
    const { leaseName: name, leaseNamespace: namespace, identity } = this.election;
    try {
      const lease = await this.client.get(Lease, { name, namespace });
      if (lease.spec?.holderIdentity !== identity) return;
      // Nobody holds it: the server takes no empty name.
      const { holderIdentity: _holder, ...spec } = lease.spec;
      const renewTime = formatMicroTime(this.world.clock.now());
      await this.client.update<Lease>({ ...lease, spec: { ...spec, leaseDurationSeconds: 1, renewTime } });
    } catch (error) {
      this.world.logger.log('debug', 'the leader lease could not be let go', { lease: name, error });
    }
  }
}
