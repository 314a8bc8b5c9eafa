/**
 * NodeRestriction: a kubelet changes its own Node, Lease and CSINode, the pods bound to it and what belongs to them, and
 * nothing of other nodes. That it may ask at all is the authorizer's affair.
 */

import type { TokenRequest } from '@pintle/api/authentication/v1';
import { parseEncodedRequest, signers } from '@pintle/api/certificate-request';
import type { CertificateSigningRequest } from '@pintle/api/certificates/v1';
import { isMirrorPod, mirrorAnnotation, type Node, type PersistentVolumeClaim, type Pod } from '@pintle/api/core/v1';
import { referencesOf } from '@pintle/api/pod-spec';
import type { ResourceSlice } from '@pintle/api/resource/v1beta2';
import { deepEqual, forbidden, type KubernetesObject, notFound } from '@pintle/machinery';
import { nodeOf } from '../../access/node-identity.js';
import { type ApiCore, storedObjectOf } from '../../verbs/api-core.js';
import type { Access } from '../../verbs/authorize.js';
import { findEntry } from '../../verbs/read.js';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.js';
import { forbiddenLabels } from './node-labels.js';
import { audienceFault, type FindObject } from './token-audiences.js';

const leaseNamespace = 'kube-node-lease';

/** Refuses by throwing; resolves where there is nothing to say. */
type Restriction = (request: AdmissionRequest, node: string, core: ApiCore, access: Access) => void | Promise<void>;

/** By `group/plural`; what is not here is not restricted. */
const restrictions: Readonly<Record<string, Restriction>> = {
  '/pods': restrictPod,
  '/nodes': restrictNode,
  '/persistentvolumeclaims': restrictClaim,
  '/serviceaccounts': restrictToken,
  'coordination.k8s.io/leases': restrictLease,
  'storage.k8s.io/csinodes': restrictCsiNode,
  'certificates.k8s.io/certificatesigningrequests': restrictCertificateRequest,
  'resource.k8s.io/resourceslices': restrictSlice,
};

export function nodeRestriction(core: () => ApiCore, access: Access): AdmissionPlugin {
  const restrict = (request: AdmissionRequest) => {
    const { group, plural } = request.resource.kind;
    return restrictions[`${group}/${plural}`]!(request, nameOfNode(request), core(), access);
  };
  return {
    name: 'NodeRestriction',
    concerns: ({ resource: { kind } }) => Object.hasOwn(restrictions, `${kind.group}/${kind.plural}`),
    handles: ({ user }) => nodeOf(user) !== undefined,
    // Before anything is found amiss in what the node wrote, and before there is said whom a token is for that names nobody.
    mutate(request) {
      const waits = restrict(request);
      return waits === undefined ? request.object! : waits.then(() => request.object!);
    },
    validate(request) {
      if (request.operation === 'DELETE') return restrict(request);
    },
  };
}

function nameOfNode(request: AdmissionRequest): string {
  const node = nodeOf(request.user);
  if (!node) throw refused(request, `could not determine node from user ${JSON.stringify(request.user.name)}`);
  return node;
}

const refused = ({ resource, name }: AdmissionRequest, why: string) => forbidden(resource.kind, name, why);

const quoted = (text: string) => JSON.stringify(text);

/** Of slices that are there the authorizer judges, but for which of several are deleted. */
function restrictSlice(request: AdmissionRequest, node: string): void {
  const { operation, object, old } = request;
  const isOwn = (slice: KubernetesObject | undefined) => (slice as ResourceSlice | undefined)?.spec.nodeName === node;
  const why = (does: string) => `can only ${does} ResourceSlice with the same NodeName as the requesting node`;
  if (operation === 'CREATE' && !isOwn(object)) throw refused(request, why('create'));
  if (operation === 'DELETE' && !isOwn(old)) throw refused(request, why('delete'));
}

function restrictPod(request: AdmissionRequest, node: string, core: ApiCore): void | Promise<void> {
  const { operation, subresource, object, old } = request;
  const isBound = (pod: KubernetesObject | undefined) => (pod as Pod | undefined)?.spec?.nodeName === node;
  const itself = 'with spec.nodeName set to itself';
  switch (subresource) {
    case undefined:
      if (operation === 'CREATE') return restrictNewPod(request, object as Pod, node, core);
      if (operation !== 'DELETE')
        throw refused(
          request,
          `unexpected operation ${quoted(operation)}, node ${quoted(node)} can only create and delete mirror pods`,
        );
      if (!isBound(old)) throw refused(request, `node ${quoted(node)} can only delete pods ${itself}`);
      return;
    case 'status':
      if (!isBound(old)) throw refused(request, `node ${quoted(node)} can only update pod status for pods ${itself}`);
      if (!deepEqual(object?.metadata.labels ?? {}, old?.metadata.labels ?? {}))
        throw refused(request, `node ${quoted(node)} cannot update labels through pod status`);
      if (!deepEqual(claimsIn(object), claimsIn(old)))
        throw refused(request, `node ${quoted(node)} cannot update resource claim statues`);
      return;
    case 'eviction':
      return find(core, 'v1', 'pods', { name: request.name, namespace: request.namespace ?? '' }).then((pod) => {
        if (!isBound(pod)) throw refused(request, `node ${node} can only evict pods ${itself}`);
      });
    default:
      throw refused(
        request,
        `unexpected pod subresource ${quoted(subresource)}, only 'status' and 'eviction' are allowed`,
      );
  }
}

const claimsIn = (pod: KubernetesObject | undefined) => (pod as Pod | undefined)?.status?.resourceClaimStatuses ?? [];

async function restrictNewPod(request: AdmissionRequest, pod: Pod, node: string, core: ApiCore): Promise<void> {
  const who = `node ${quoted(node)}`;
  if (!isMirrorPod(pod))
    throw refused(
      request,
      `pod does not have ${quoted(mirrorAnnotation)} annotation, ${who} can only create mirror pods`,
    );
  if (pod.spec?.nodeName !== node)
    throw refused(request, `${who} can only create pods with spec.nodeName set to itself`);
  const [owner, ...more] = pod.metadata.ownerReferences ?? [];
  if (more.length > 0)
    throw refused(request, `${who} can only create pods with a single owner reference set to itself`);
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    throw refused(request, `${who} can only create pods with an owner reference set to itself`);
  if (!owner.controller)
    throw refused(request, `${who} can only create pods with a controller owner reference set to itself`);
  if (owner.blockOwnerDeletion) throw refused(request, `${who} must not set blockOwnerDeletion on an owner reference`);
  const own = await find(core, 'v1', 'nodes', { name: node });
  if (own.metadata.uid !== owner.uid)
    throw refused(request, `node ${node} UID mismatch: expected ${owner.uid} got ${own.metadata.uid}`);
  const references = referencesOf(pod);
  const referred =
    (references.serviceAccount !== undefined && 'a service account') ||
    (references.secrets.size > 0 && 'secrets') ||
    (references.configMaps.size > 0 && 'configmaps') ||
    ((pod.spec.resourceClaims?.length ?? 0) > 0 && 'resourceclaims') ||
    (references.claims.size > 0 && 'persistentvolumeclaims');
  if (referred) throw refused(request, `${who} can not create pods that reference ${referred}`);
}

function restrictNode(request: AdmissionRequest, own: string): void {
  const { operation, name } = request;
  const [node, old] = [request.object as Node | undefined, request.old as Node | undefined];
  if (name !== own) throw refused(request, `node ${quoted(own)} is not allowed to modify node ${quoted(name)}`);
  if (operation === 'CREATE') {
    const labels = forbiddenLabels(node?.metadata.labels);
    if (labels.length > 0)
      throw refused(request, `node ${quoted(own)} is not allowed to set the following labels: ${labels.join(', ')}`);
  }
  if (operation !== 'UPDATE') return;
  if (!deepEqual(node?.spec?.taints ?? [], old?.spec?.taints ?? []))
    throw refused(request, `node ${quoted(own)} is not allowed to modify taints`);
  if (!deepEqual(node?.metadata.ownerReferences ?? [], old?.metadata.ownerReferences ?? []))
    throw refused(request, `node ${quoted(own)} is not allowed to modify ownerReferences`);
  const labels = forbiddenLabels(node?.metadata.labels, old?.metadata.labels);
  if (labels.length > 0) throw refused(request, `is not allowed to modify labels: ${labels.join(', ')}`);
}

function restrictClaim(request: AdmissionRequest, node: string): void {
  const { operation, subresource, object, old } = request;
  if (subresource !== 'status') throw refused(request, 'may only update PVC status');
  if (operation !== 'UPDATE') throw refused(request, `unexpected operation ${quoted(operation)}`);
  if (!deepEqual(withoutSizes(object as PersistentVolumeClaim), withoutSizes(old as PersistentVolumeClaim)))
    throw refused(
      request,
      `node ${quoted(node)} is not allowed to update fields other than status.quantity and status.conditions`,
    );
}

/** What a node that has resized a volume may not have changed. */
function withoutSizes({ metadata, status, ...rest }: PersistentVolumeClaim) {
  const { resourceVersion: _version, managedFields: _fields, ...meta } = metadata;
  const { capacity: _c, allocatedResources: _a, allocatedResourceStatuses: _s, conditions: _o, ...kept } = status ?? {};
  return { ...rest, metadata: meta, status: kept };
}

async function restrictToken(request: AdmissionRequest, node: string, core: ApiCore, access: Access): Promise<void> {
  if (request.operation !== 'CREATE' || request.subresource !== 'token') return;
  const spec = (request.object as Partial<TokenRequest> | undefined)?.spec;
  const bound = spec?.boundObjectRef;
  if (bound?.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name)
    throw refused(request, 'node requested token not bound to a pod');
  if (!bound.uid) throw refused(request, 'node requested token with a pod binding without a uid');
  const pod = (await find(core, 'v1', 'pods', { name: bound.name, namespace: request.namespace ?? '' })) as Pod;
  if (pod.metadata.uid !== bound.uid)
    throw refused(
      request,
      `the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  if (pod.spec?.nodeName !== node)
    throw refused(request, 'node requested token bound to a pod scheduled on a different node');
  const findObject: FindObject = (apiVersion, plural, key) => find(core, apiVersion, plural, key);
  const fault = await audienceFault(request, spec?.audiences, pod, { find: findObject, access });
  if (fault !== undefined) throw refused(request, fault);
}

function restrictLease(request: AdmissionRequest, node: string): void {
  if (request.namespace !== leaseNamespace)
    throw refused(request, `can only access leases in the ${quoted(leaseNamespace)} system namespace`);
  if (request.name !== node)
    throw refused(request, 'can only access node lease with the same name as the requesting node');
}

function restrictCsiNode(request: AdmissionRequest, node: string): void {
  if (request.name !== node)
    throw refused(request, 'can only access CSINode with the same name as the requesting node');
}

const restrictedSigners: readonly (string | undefined)[] = [signers.kubeletClient, signers.kubeletServing];

function restrictCertificateRequest(request: AdmissionRequest): void {
  const { spec } = (request.object ?? {}) as Partial<CertificateSigningRequest>;
  if (request.operation !== 'CREATE' || !restrictedSigners.includes(spec?.signerName)) return;
  let commonName: string;
  try {
    ({ commonName } = parseEncodedRequest(spec?.request ?? ''));
  } catch (error) {
    throw refused(request, `unable to parse csr: ${(error as Error).message}`);
  }
  if (commonName !== request.user.name)
    throw refused(request, `can only create a node CSR with CN=${request.user.name}`);
}

/** Errors: `StatusError` NotFound. */
async function find(
  core: ApiCore,
  apiVersion: string,
  plural: string,
  key: { readonly name: string; readonly namespace?: string },
): Promise<KubernetesObject> {
  const resource = core.registry.byResource(apiVersion, plural);
  const entry = resource === undefined ? undefined : await findEntry(core, resource, key);
  if (entry === undefined)
    throw notFound(resource?.kind ?? { group: apiVersion.replace(/\/?[^/]*$/, ''), plural }, key.name);
  return storedObjectOf(resource, entry);
}
