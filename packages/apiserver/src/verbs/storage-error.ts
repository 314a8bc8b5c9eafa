/**
 * What kube-apiserver says of a write whose object is another one than was meant, told by its UID: in the words of its
 * storage, with the key that the object has there. Clients match them. Pure.
 */

import type { ObjectKey } from '@pintle/client';
import { conflict, type StatusError } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

/** Resources whose place in upstream's storage is not their own name. */
const places: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
};
const groupsInPlaces = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

type Place = Pick<Resource, 'kind' | 'custom'>;

/** `found`: empty where there is no such object. Reason Conflict. */
export const otherObject = (of: Place, key: ObjectKey, wanted: string, found: string, dryRun?: boolean): StatusError =>
  notAsMeant(of, key, `UID in precondition: ${wanted}, UID in object meta: ${found}`, dryRun);

/** The same, told by its version. */
export const otherVersion = (of: Place, key: ObjectKey, wanted: string, found: string, dryRun?: boolean): StatusError =>
  notAsMeant(of, key, `ResourceVersion in precondition: ${wanted}, ResourceVersion in object meta: ${found}`, dryRun);

function notAsMeant({ kind, custom }: Place, { namespace, name }: ObjectKey, why: string, dryRun = false): StatusError {
  const place =
    custom || groupsInPlaces.has(kind.group) ? `${kind.group}/${kind.plural}` : (places[kind.plural] ?? kind.plural);
  const key = ['', ...(dryRun ? [] : ['registry']), place, ...(namespace === undefined ? [] : [namespace]), name].join(
    '/',
  );
  return conflict(
    kind,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${why}`,
  );
}
