/**
 * The interface of admission: small objects that may change or refuse what is about to be written. They see
 * objects in the stored version, after defaulting.
 */
import type { DeleteRequest, WriteOptions } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { RequestContext } from '../registry/request-context.js';
import { prepared, type Resource } from '../registry/resource.js';

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: Resource;
  /** What was asked for, where a webhook or a policy sees the request in another version. */
  readonly requested?: Resource | undefined;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name: string;
  /** The object to be written; undefined for DELETE. */
  readonly object?: KubernetesObject | undefined;
  readonly old?: KubernetesObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** What else was said beside the object. */
  readonly options?: (Pick<WriteOptions, 'fieldManager' | 'fieldValidation'> & DeleteRequest) | undefined;
  warn(text: string): void;
  /** Notes something in the audit of the request, where it is audited. */
  readonly annotate?: ((key: string, value: string) => void) | undefined;
  /** Of plug-ins with `reinvokes`, and of the second round: there while objects are changed. */
  readonly round?: AdmissionRound | undefined;
}

/** A way through the mutating plug-ins. There is a second one where a webhook or a policy changed something in the first. */
export interface AdmissionRound {
  readonly isSecond: boolean;
  /** What a plug-in keeps of the first round for the second, by its name. */
  readonly kept: Map<string, unknown>;
}

/** What requests are told apart by before anything else. */
export type RequestKind = Pick<AdmissionRequest, 'operation' | 'resource' | 'subresource'>;

export interface AdmissionPlugin {
  readonly name: string;
  /** Whether it may have a say in requests of this kind: asked once for each kind of request. In all unless given. */
  concerns?(kind: RequestKind): boolean;
  /** Whether it has a say in this request; called for every write that concerns it, so keep it cheap. In all unless given. */
  handles?(request: AdmissionRequest): boolean;
  /** Where it changes something, all plug-ins are asked once more: they should have their say about that, too. */
  readonly reinvokes?: boolean;
  /** Asked once, when all others have changed what they will: gives an object what the server alone can, and waits for nothing. */
  readonly last?: boolean;
  /** Returns the object to go on with. Errors: `StatusError`, which refuses the request. */
  mutate?(request: AdmissionRequest): KubernetesObject | Promise<KubernetesObject>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** What a request for admission says beside the objects. */
export type AdmissionSubject = Pick<
  AdmissionRequest,
  'operation' | 'resource' | 'subresource' | 'namespace' | 'name' | 'old' | 'dryRun' | 'options'
>;

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

  constructor(
    plugins: readonly AdmissionPlugin[],
    private readonly context: RequestContext,
    private readonly subject: AdmissionSubject,
  ) {
    this.concerned = concernedBy(plugins, subject);
    this.warn = (text) => context.warn(text);
  }

  /**
   * Runs the mutating halves in order, each on what the one before returned, and where a webhook or a policy changed
   * something, all of them once more.
   */
  mutate(object: KubernetesObject): KubernetesObject | Promise<KubernetesObject> {
    return this.mutateFrom(0, object);
  }

  /** Runs the validating halves in order. */
  validate(object?: KubernetesObject): void | Promise<void> {
    const ready = this.readyFor(object);
    return ready === undefined ? this.validateReady(object) : ready.then(() => this.validateReady(object));
  }

  private mutateFrom(first: number, object: KubernetesObject): KubernetesObject | Promise<KubernetesObject> {
    const ready = this.readyFor(object);
    return ready === undefined ? this.mutateReady(first, object) : ready.then(() => this.mutateReady(first, object));
  }

  private mutateReady(first: number, given: KubernetesObject): KubernetesObject | Promise<KubernetesObject> {
    const { mutating } = this.concerned;
    let object = given;
    let request = this.requestFor(object);
    for (let i = first; i < mutating.length; i++) {
      const plugin = mutating[i]!;
      if (plugin.handles?.(request) === false) continue;
      if (plugin.reinvokes && this.round === undefined) {
        this.round = { isSecond: false, kept: new Map() };
        request = this.requestFor(object);
      }
      const before = object;
      const made = plugin.mutate(request);
      if (made instanceof Promise)
        return made.then((result) => {
          if (plugin.reinvokes && result !== before) this.asksAgain = true;
          return this.mutateFrom(i + 1, result);
        });
      if (made === object) continue;
      if (plugin.reinvokes) this.asksAgain = true;
      if (this.subject.resource.prepare !== undefined) return this.mutateFrom(i + 1, made);
      object = made;
      request = this.requestFor(object);
    }
    if (this.round === undefined || this.round.isSecond || !this.asksAgain) return this.complete(object);
    this.round = { ...this.round, isSecond: true };
    return this.mutateFrom(0, object);
  }

  private complete(given: KubernetesObject): KubernetesObject {
    let object = given;
    for (const plugin of this.concerned.last) object = plugin.mutate(this.requestFor(object));
    return object;
  }

  private validateReady(object: KubernetesObject | undefined): void | Promise<void> {
    return validateFrom(this.concerned.validating, 0, this.requestFor(object));
  }

  private readyFor(object: KubernetesObject | undefined): Promise<void> | undefined {
    const { resource, old } = this.subject;
    return resource.prepare === undefined ? undefined : prepared(resource, [object, old]);
  }

  private requestFor(object: KubernetesObject | undefined): AdmissionRequest {
    const { operation, resource, subresource, namespace, name, old, dryRun, options } = this.subject;
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

function validateFrom(plugins: readonly Validating[], first: number, request: AdmissionRequest): void | Promise<void> {
  for (let i = first; i < plugins.length; i++) {
    const plugin = plugins[i]!;
    if (plugin.handles?.(request) === false) continue;
    const done = plugin.validate(request);
    if (done instanceof Promise) return done.then(() => validateFrom(plugins, i + 1, request));
  }
}

type Mutating = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'mutate'>>;
type Validating = AdmissionPlugin & Required<Pick<AdmissionPlugin, 'validate'>>;

interface Last extends AdmissionPlugin {
  mutate(request: AdmissionRequest): KubernetesObject;
}

interface Concerned {
  readonly mutating: readonly Mutating[];
  readonly last: readonly Last[];
  readonly validating: readonly Validating[];
}

/** Of the plug-ins of a server, those that each kind of request concerns. */
const known = new WeakMap<readonly AdmissionPlugin[], WeakMap<Resource, Map<string, Concerned>>>();

function concernedBy(plugins: readonly AdmissionPlugin[], request: RequestKind): Concerned {
  const { operation, resource, subresource = '' } = request;
  let byResource = known.get(plugins);
  if (byResource === undefined) known.set(plugins, (byResource = new WeakMap()));
  let byKind = byResource.get(resource);
  if (byKind === undefined) byResource.set(resource, (byKind = new Map()));
  const id = `${operation} ${subresource}`;
  let found = byKind.get(id);
  if (found === undefined) {
    const all = plugins.filter((plugin) => plugin.concerns?.(request) ?? true);
    found = {
      mutating: all.filter((plugin): plugin is Mutating => plugin.mutate !== undefined && !plugin.last),
      last: all.filter((plugin): plugin is Last => plugin.last === true),
      validating: all.filter((plugin): plugin is Validating => plugin.validate !== undefined),
    };
    byKind.set(id, found);
  }
  return found;
}
