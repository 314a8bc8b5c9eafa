/**
 * The interface of admission: small objects that may change or refuse what is about to be written. They see
 * objects in the stored version, after defaulting.
 */
import type { DeleteRequest, WriteOptions } from '@pintle/client';
import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import { prepared, type Resource } from '../registry/resource.js';

export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly resource: Resource;
  /** What was asked for, where a webhook or a policy sees the request in another version. */
  readonly requested?: Resource;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
  /** The object to be written; undefined for DELETE. */
  readonly object?: KubernetesObject;
  readonly old?: KubernetesObject;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** What else was said beside the object. */
  readonly options?: Pick<WriteOptions, 'fieldManager' | 'fieldValidation'> & DeleteRequest;
  warn(text: string): void;
  /** Notes something in the audit of the request, where it is audited. */
  readonly annotate?: (key: string, value: string) => void;
  /** Of plug-ins with `reinvokes`, and of the second round: there while objects are changed. */
  readonly round?: AdmissionRound;
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
  /** Not asked in a second round. */
  readonly once?: boolean;
  /** Returns the object to go on with. Errors: `StatusError`, which refuses the request. */
  mutate?(request: AdmissionRequest): KubernetesObject | Promise<KubernetesObject>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/**
 * Runs the mutating halves in order, each on what the one before returned, and where a webhook or a policy changed
 * something, all of them once more. Most need not wait for anything, and then nobody does: there is a promise only where
 * a plugin gave one.
 */
export function admitMutating(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
  return mutateFrom(concerned(plugins, request).mutating, 0, request);
}

function mutateFrom(
  plugins: readonly Mutating[],
  first: number,
  request: AdmissionRequest,
): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
  const ready = prepared(request.resource, [request.object, request.old]);
  if (ready !== undefined) return ready.then(() => mutateReady(plugins, first, request));
  return mutateReady(plugins, first, request);
}

function mutateReady(
  plugins: readonly Mutating[],
  first: number,
  request: AdmissionRequest,
): KubernetesObject | undefined | Promise<KubernetesObject | undefined> {
  let current = request;
  for (let i = first; i < plugins.length; i++) {
    const plugin = plugins[i]!;
    if (plugin.once && current.round?.isSecond) continue;
    if (plugin.handles?.(current) === false) continue;
    if (plugin.reinvokes && current.round === undefined)
      current = { ...current, round: { isSecond: false, kept: new Map() } };
    const object = plugin.mutate(current);
    if (object instanceof Promise)
      return object.then((made) => mutateFrom(plugins, i + 1, left(plugin, current, made)));
    if (object === current.object) continue;
    current = left(plugin, current, object);
    if (request.resource.prepare !== undefined) return mutateFrom(plugins, i + 1, current);
  }
  const { round } = current;
  if (round === undefined || round.isSecond || !round.kept.has(changed)) return current.object;
  return mutateFrom(plugins, 0, { ...current, round: { ...round, isSecond: true } });
}

/** Beside what plug-ins keep: that one with `reinvokes` made a change. */
const changed = '';

function left(plugin: Mutating, current: AdmissionRequest, object: KubernetesObject): AdmissionRequest {
  if (plugin.reinvokes && object !== current.object) current.round?.kept.set(changed, true);
  return { ...current, object };
}

/** As `admitMutating`. */
export function admitValidating(plugins: readonly AdmissionPlugin[], request: AdmissionRequest): void | Promise<void> {
  const { validating } = concerned(plugins, request);
  const ready = prepared(request.resource, [request.object, request.old]);
  return ready === undefined
    ? validateFrom(validating, 0, request)
    : ready.then(() => validateFrom(validating, 0, request));
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

interface Concerned {
  readonly mutating: readonly Mutating[];
  readonly validating: readonly Validating[];
}

/** Of the plug-ins of a server, those that each kind of request concerns. */
const known = new WeakMap<readonly AdmissionPlugin[], WeakMap<Resource, Map<string, Concerned>>>();

function concerned(plugins: readonly AdmissionPlugin[], request: RequestKind): Concerned {
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
      mutating: all.filter((plugin): plugin is Mutating => plugin.mutate !== undefined),
      validating: all.filter((plugin): plugin is Validating => plugin.validate !== undefined),
    };
    byKind.set(id, found);
  }
  return found;
}
