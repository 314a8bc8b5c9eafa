/** Who makes a request and what goes back beside the answer. One for each request, handed through every step. */
import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';

export interface RequestContext {
  readonly user: UserInfo;
  /** The name under which writes are recorded in managedFields where the request gives none. */
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
  /** Texts for the client, sent as Warning headers. */
  warn(text: string): void;
  /** Notes something in the audit of the request, where it is audited. */
  readonly annotate?: (key: string, value: string, least?: 'Request') => void;
  /** Notes there what is to be written, as it was read. */
  readonly record?: (object: KubernetesObject) => void;
}

/** Of what the server does by itself in the course of a request, as kube-apiserver is called then. */
export const serverItself: RequestContext = Object.freeze({
  user: Object.freeze({ name: 'system:apiserver', groups: ['system:masters'] }),
  fieldManager: 'kube-apiserver',
  warn: () => {},
});
