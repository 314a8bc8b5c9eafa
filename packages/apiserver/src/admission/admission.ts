/**
 * The interface of admission: small objects that may change or refuse what is about to be written. They see
 * objects in the stored version, after defaulting.
 */
import type { DeleteRequest, WriteOptions } from '@pintle/client';
import { type FieldError, forbidden, type KubernetesObject, type StatusError } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { Resource } from '../registry/resource.js';

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
  readonly options?: SaidOptions | undefined;
  warn(text: string): void;
  /** Notes something in the audit of the request, where it is audited; with `least`, where it is audited so closely. */
  readonly annotate?: ((key: string, value: string, least?: 'Request') => void) | undefined;
  /** Of plug-ins with `reinvokes`, and of the second round: there while objects are changed. */
  readonly round?: AdmissionRound | undefined;
}

export interface SaidOptions extends Pick<WriteOptions, 'fieldManager' | 'fieldValidation'>, DeleteRequest {
  /** The server's own `fieldValidation` is used. */
  readonly validationUnsaid?: boolean;
}

/** A way through the mutating plug-ins. There is a second one where a webhook or a policy changed something in the first. */
export interface AdmissionRound {
  readonly isSecond: boolean;
  /** What a plug-in keeps of the first round for the second, by its name. */
  readonly kept: Map<string, unknown>;
}

/** What requests are told apart by before anything else. */
export type RequestKind = Pick<AdmissionRequest, 'operation' | 'resource' | 'subresource'>;

/** For `concerns`: objects of one built-in kind as they are made and changed, and none of their subresources. */
export const isWriteOf =
  (group: string, plural: string) =>
  ({ operation, resource: { kind }, subresource }: RequestKind): boolean =>
    (operation === 'CREATE' || operation === 'UPDATE') &&
    subresource === undefined &&
    kind.group === group &&
    kind.plural === plural;

/**
 * The refusal of a request, in words that name what it is about (upstream's `admission.NewForbidden`): an object that has no
 * name yet by what its name will begin with.
 */
export function refusedRequest(
  { resource, name, object }: Pick<AdmissionRequest, 'resource' | 'name' | 'object'>,
  why: string,
): StatusError {
  const shown = name || object?.metadata?.name || object?.metadata?.generateName || 'Unknown';
  return forbidden(resource.kind, shown, why);
}

export interface AdmissionPlugin {
  readonly name: string;
  /** Whether it may have a say in requests of this kind: asked once for each kind of request. In all unless given. */
  concerns?(kind: RequestKind): boolean;
  /** Whether it has a say in this request; called for every write that concerns it, so keep it cheap. In all unless given. */
  handles?(request: AdmissionRequest): boolean;
  /**
   * Where it changes something, all plug-ins are asked once more: they should have their say about that, too. Asked of what is
   * deleted as well, without an object, where what it returns does not count.
   */
  readonly reinvokes?: boolean;
  /**
   * Asked once, when all others have changed what they will, under the name that the object will have: gives it what the
   * server alone can, and waits for nothing.
   */
  readonly last?: boolean;
  /** Returns the object to go on with. Errors: `StatusError`, which refuses the request. */
  mutate?(request: AdmissionRequest): KubernetesObject | Promise<KubernetesObject>;
  /** All that is wrong with the object: `own`, which its kind says, and in its place what only the plug-in can find out. */
  faults?(
    request: AdmissionRequest,
    own: readonly FieldError[],
  ): readonly FieldError[] | Promise<readonly FieldError[]>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}

/** What a request for admission says beside the objects. */
export interface AdmissionSubject
  extends Pick<
    AdmissionRequest,
    'operation' | 'resource' | 'subresource' | 'namespace' | 'name' | 'old' | 'dryRun' | 'options'
  > {
  /** The name that the server will give an object that has none. */
  readonly finalName?: string;
}
