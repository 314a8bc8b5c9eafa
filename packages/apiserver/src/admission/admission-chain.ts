/**
 * The way of a request through the plug-ins: those that its kind of request concerns, one after the other, each timed.
 * Verbs make an `Admission` for each request; which plug-ins there are is said by who makes the chain.
 */
import type { FieldError, KubernetesObject } from '@pintle/machinery';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { AdmissionPlugin, AdmissionRequest, AdmissionRound, AdmissionSubject, RequestKind } from './admission.js';
import { type AdmissionPhase, type AdmissionTimes, noTimes, type Timing } from './admission-metrics.js';

type Mutating = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'mutate'>>;
type Validating = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'validate'>>;
type Judging = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'faults'>>;

interface Last extends AdmissionPlugin {
  mutate(request: AdmissionRequest): KubernetesObject;
}

interface Timed<P> {
  readonly plugin: P;
  readonly timing: Timing;
}

/**
 * Of so many requests one is looked at closely. To read the clock after each plug-in takes longer than most plug-ins do:
 * of the other requests, those who answer at once count as they did in the last that was, and those who let it wait are timed.
 */
const closeEvery = 16;

/** What a kind of request goes through. */
interface Concerned {
  readonly mutating: readonly Timed<Mutating>[];
  readonly last: readonly Timed<Last>[];
  readonly judging: readonly Judging[];
  readonly validating: readonly Timed<Validating>[];
  readonly admit: Timing;
  readonly validate: Timing;
}

/** The plug-ins of a server, in order. */
export class AdmissionChain {
  private requests = 0;
  private readonly known = new WeakMap<Resource, Map<string, Concerned>>();

  constructor(
    readonly plugins: readonly AdmissionPlugin[],
    readonly times: AdmissionTimes = noTimes,
  ) {}

  /** Those that a kind of request concerns: asked for once. */
  concernedBy(request: RequestKind): Concerned {
    const { operation, resource, subresource = '' } = request;
    let byKind = this.known.get(resource);
    if (byKind === undefined) this.known.set(resource, (byKind = new Map()));
    const id = `${operation} ${subresource}`;
    let found = byKind.get(id);
    if (found === undefined) byKind.set(id, (found = this.chosenFor(request)));
    return found;
  }

  /** Whether the next request is one of those that are looked at closely. */
  isNextClose(): boolean {
    return this.requests++ % closeEvery === 0;
  }

  private chosenFor(request: RequestKind): Concerned {
    const { times } = this;
    const { operation } = request;
    const all = this.plugins.filter((plugin) => plugin.concerns?.(request) ?? true);
    const timed = <P extends AdmissionPlugin>(plugins: readonly P[], phase: AdmissionPhase) =>
      plugins.map((plugin) => ({ plugin, timing: times.plugin(plugin.name, phase, operation) }));
    const mutating = all.filter((plugin): plugin is Mutating => plugin.mutate !== undefined && !plugin.last);
    const last = all.filter((plugin): plugin is Last => plugin.last === true);
    const validating = all.filter((plugin): plugin is Validating => plugin.validate !== undefined);
    return {
      mutating: timed(mutating, 'admit'),
      last: timed(last, 'admit'),
      judging: all.filter((plugin): plugin is Judging => plugin.faults !== undefined),
      validating: timed(validating, 'validate'),
      admit: times.phase('admit', operation),
      validate: times.phase('validate', operation),
    };
  }
}

/**
 * One request on its way through admission. Most plug-ins need not wait for anything, and then nobody does: there is a
 * promise only where a plug-in gave one.
 */
export class Admission {
  private readonly concerned: Concerned;
  private readonly warn: (text: string) => void;
  private round: AdmissionRound | undefined;
  /** Whether a webhook or a policy changed something. */
  private asksAgain = false;
  private readonly isClose: boolean;
  /** When the phase began, and from when on the next plug-in is timed. */
  private beganMs = 0;
  private sinceMs = 0;

  constructor(
    private readonly chain: AdmissionChain,
    private readonly context: RequestContext,
    private readonly subject: AdmissionSubject,
  ) {
    this.concerned = chain.concernedBy(subject);
    this.isClose = chain.isNextClose();
    this.warn = (text) => context.warn(text);
  }

  /**
   * Runs the mutating halves in order, each on what the one before returned, and where a webhook or a policy changed
   * something, all of them once more.
   */
  mutate(object: KubernetesObject): KubernetesObject | Promise<KubernetesObject> {
    this.begin();
    return this.mutateFrom(0, object);
  }

  /** All that is wrong with the object; `own` is what its kind says of it. */
  faults(object: KubernetesObject, own: readonly FieldError[]): readonly FieldError[] | Promise<readonly FieldError[]> {
    const { judging } = this.concerned;
    if (judging.length === 0) return own;
    const request = this.requestFor(object);
    return judging.reduce<readonly FieldError[] | Promise<readonly FieldError[]>>(
      (found, plugin) =>
        found instanceof Promise ? found.then((all) => plugin.faults(request, all)) : plugin.faults(request, found),
      own,
    );
  }

  /**
   * Of what is to be deleted: webhooks and policies that change objects are asked, though there is nothing to change, as they
   * may refuse it; then the validating halves.
   */
  delete(): void | Promise<void> {
    this.begin();
    const asked = this.askFrom(0, this.requestFor(undefined));
    return asked === undefined ? this.validate() : asked.then(() => this.validate());
  }

  private askFrom(first: number, request: AdmissionRequest): void | Promise<void> {
    const { mutating, admit } = this.concerned;
    for (let i = first; i < mutating.length; i++) {
      const { plugin, timing } = mutating[i]!;
      if (!plugin.reinvokes || plugin.handles?.(request) === false) continue;
      this.waits();
      return Promise.resolve(plugin.mutate(request)).then(
        () => {
          this.waited(timing);
          return this.askFrom(i + 1, request);
        },
        (error: unknown) => {
          throw this.refused(error, timing, admit);
        },
      );
    }
    admit.observe(this.chain.times.now() - this.beganMs, false);
  }

  /** Runs the validating halves in order. */
  validate(object?: KubernetesObject): void | Promise<void> {
    this.begin();
    return this.validateFrom(0, this.requestFor(object));
  }

  private mutateFrom(first: number, given: KubernetesObject): KubernetesObject | Promise<KubernetesObject> {
    const { mutating, admit } = this.concerned;
    let object = given;
    let request = this.requestFor(object);
    for (let i = first; i < mutating.length; i++) {
      const { plugin, timing } = mutating[i]!;
      if (plugin.handles?.(request) === false) continue;
      if (plugin.reinvokes && this.round === undefined) {
        this.round = { isSecond: false, kept: new Map() };
        request = this.requestFor(object);
      }
      const before = object;
      let made: KubernetesObject | Promise<KubernetesObject>;
      try {
        made = plugin.mutate(request);
      } catch (error) {
        throw this.refused(error, timing, admit);
      }
      if (made instanceof Promise) {
        this.waits();
        return made.then(
          (result) => {
            this.waited(timing);
            if (plugin.reinvokes && result !== before) this.asksAgain = true;
            return this.mutateFrom(i + 1, result);
          },
          (error: unknown) => {
            throw this.refused(error, timing, admit);
          },
        );
      }
      this.done(timing);
      if (made === object) continue;
      if (plugin.reinvokes) this.asksAgain = true;
      object = made;
      request = this.requestFor(object);
    }
    if (this.round === undefined || this.round.isSecond || !this.asksAgain) return this.complete(object);
    this.round = { ...this.round, isSecond: true };
    return this.mutateFrom(0, object);
  }

  private complete(given: KubernetesObject): KubernetesObject {
    const { last, admit } = this.concerned;
    let object = given;
    for (const { plugin, timing } of last) {
      const request = this.requestFor(object);
      try {
        object = plugin.mutate({ ...request, name: request.name || (this.subject.finalName ?? '') });
      } catch (error) {
        throw this.refused(error, timing, admit);
      }
      this.done(timing);
    }
    admit.observe(this.chain.times.now() - this.beganMs, false);
    return object;
  }

  private validateFrom(first: number, request: AdmissionRequest): void | Promise<void> {
    const { validating, validate } = this.concerned;
    for (let i = first; i < validating.length; i++) {
      const { plugin, timing } = validating[i]!;
      if (plugin.handles?.(request) === false) continue;
      let verdict: void | Promise<void>;
      try {
        verdict = plugin.validate(request);
      } catch (error) {
        throw this.refused(error, timing, validate);
      }
      if (verdict instanceof Promise) {
        this.waits();
        return verdict.then(
          () => {
            this.waited(timing);
            return this.validateFrom(i + 1, request);
          },
          (error: unknown) => {
            throw this.refused(error, timing, validate);
          },
        );
      }
      this.done(timing);
    }
    validate.observe(this.chain.times.now() - this.beganMs, false);
  }

  private begin(): void {
    this.beganMs = this.sinceMs = this.chain.times.now();
  }

  /** A plug-in has answered at once. */
  private done(timing: Timing): void {
    if (this.isClose) this.waited(timing);
    else timing.again();
  }

  /** A plug-in lets the request wait. */
  private waits(): void {
    if (!this.isClose) this.sinceMs = this.chain.times.now();
  }

  private waited(timing: Timing): void {
    const now = this.chain.times.now();
    timing.observe(now - this.sinceMs, false);
    this.sinceMs = now;
  }

  private refused(error: unknown, timing: Timing, phase: Timing): unknown {
    const now = this.chain.times.now();
    timing.observe(now - this.sinceMs, true);
    phase.observe(now - this.beganMs, true);
    return error;
  }

  private requestFor(object: KubernetesObject | undefined): AdmissionRequest {
    const { operation, resource, subresource, namespace, old, dryRun, options } = this.subject;
    // A name that the server gives is there when the object is judged, and not yet when it is changed.
    const name = this.subject.name || object?.metadata?.name || '';
    const { user, annotate } = this.context;
    const { warn, round } = this;
    return {
      operation,
      resource,
      subresource,
      namespace,
      name,
      object,
      old,
      user,
      dryRun,
      options,
      warn,
      annotate,
      round,
    };
  }
}
