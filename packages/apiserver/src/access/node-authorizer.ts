/**
 * The node authorizer (`--authorization-mode=Node`): what kubelets may do. They read what the pods bound to them refer
 * to, and no other Secret, ConfigMap, claim or volume; they see their own Node and pods. What they may change of that
 * is for NodeRestriction to say. It has no opinion on anybody else, nor where it finds no reason to allow.
 */
import { isMirrorPod, type PersistentVolume, type Pod } from '@pintle/api/core/v1';
import { referencesOf } from '@pintle/api/pod-spec';
import type { PolicyRule } from '@pintle/api/rbac/v1';
import type { AccessAttributes, AccessDecision, RuledAuthorizer, UserInfo } from './access.js';
import { nodeOf } from './node-identity.js';
import type { NodeRelations } from './node-relations.js';
import { covers } from './rbac.js';
import { noRules, untoldRules } from './rules-review.js';

type Asked = Extract<AccessAttributes, { readonly type: 'resource' }>;

const leaseNamespace = 'kube-node-lease';

const allowed: AccessDecision = { decision: 'allow' };
const noOpinion = (reason?: string): AccessDecision => ({
  decision: 'noOpinion',
  ...(reason === undefined ? {} : { reason }),
});

const rule = (verbs: readonly string[], apiGroups: readonly string[], resources: readonly string[]): PolicyRule => ({
  verbs,
  apiGroups,
  resources,
});
const read = ['get', 'list', 'watch'];

/** What every node may do, of what is not divided among them (upstream's `NodeRules`). */
const nodeRules: readonly PolicyRule[] = [
  rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
  rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews', 'localsubjectaccessreviews']),
  rule(read, [''], ['services']),
  rule(['get'], [''], ['endpoints']),
  rule(['create', 'update', 'patch'], [''], ['events']),
  rule(['create', 'update', 'patch'], ['events.k8s.io'], ['events']),
  rule(['create', ...read], ['certificates.k8s.io'], ['certificatesigningrequests']),
  rule(read, ['storage.k8s.io'], ['csidrivers']),
  rule(read, ['node.k8s.io'], ['runtimeclasses']),
  rule(read, ['certificates.k8s.io'], ['clustertrustbundles']),
];

export function nodeAuthorizer(relations: NodeRelations): RuledAuthorizer {
  const divided: Readonly<Record<string, (asked: Asked, node: string) => AccessDecision>> = {
    '/secrets': (asked, node) => readOf(asked, node, () => refersToSecret(relations, node, asked)),
    '/configmaps': (asked, node) =>
      readOf(asked, node, ({ namespace, name }) =>
        references(relations, node, namespace).some(({ configMaps }) => configMaps.has(name)),
      ),
    '/persistentvolumeclaims': (asked, node) => ofClaim(asked, node, () => usesClaim(relations, node, asked)),
    '/persistentvolumes': (asked, node) => getOf(asked, node, () => usesVolume(relations, node, asked.name ?? '')),
    'storage.k8s.io/volumeattachments': (asked, node) =>
      getOf(asked, node, () => relations.attachment(asked.name ?? '')?.spec?.nodeName === node),
    'resource.k8s.io/resourceclaims': (asked, node) =>
      getOf(asked, node, ({ namespace, name }) =>
        references(relations, node, namespace).some(({ resourceClaims }) => resourceClaims.has(name)),
      ),
    'resource.k8s.io/resourceslices': (asked, node) => ofSlice(relations, asked, node),
    '/serviceaccounts': (asked, node) => ofServiceAccount(relations, asked, node),
    'coordination.k8s.io/leases': ofLease,
    'storage.k8s.io/csinodes': ofCsiNode,
    '/nodes': ofNode,
    '/pods': (asked, node) => ofPod(relations, asked, node),
  };
  const authorize = (attributes: AccessAttributes): AccessDecision => {
    const node = nodeOf(attributes.user);
    if (node === undefined) return noOpinion();
    if (node === '') return noOpinion(`unknown node for user ${JSON.stringify(attributes.user.name)}`);
    if (attributes.type === 'path') return noOpinion();
    const own = divided[`${attributes.group}/${attributes.resource}`];
    if (own !== undefined) return own(attributes, node);
    return nodeRules.some((each) => covers(each, attributes)) ? allowed : noOpinion();
  };
  return Object.assign(authorize, {
    named: { type: 'Node', name: 'node' },
    rulesFor: (user: UserInfo) => (nodeOf(user) === undefined ? noRules : untoldRules('node authorizer')),
  });
}

/** Whether one named object has to do with the node. */
function related(
  { name, namespace = '' }: Asked,
  node: string,
  isRelated: (object: { readonly name: string; readonly namespace: string }) => boolean,
): AccessDecision {
  if (!name) return noOpinion('No Object name found');
  return isRelated({ name, namespace })
    ? allowed
    : noOpinion(`no relationship found between node '${node}' and this object`);
}

function readOf(asked: Asked, node: string, isRelated: Parameters<typeof related>[2]): AccessDecision {
  if (!read.includes(asked.verb)) return noOpinion('can only read resources of this type');
  if (asked.subresource !== undefined) return noOpinion('cannot read subresource');
  if (!asked.namespace) return noOpinion('can only read namespaced object of this type');
  return related(asked, node, isRelated);
}

function getOf(asked: Asked, node: string, isRelated: Parameters<typeof related>[2]): AccessDecision {
  if (asked.verb !== 'get') return noOpinion('can only get individual resources of this type');
  if (asked.subresource !== undefined) return noOpinion('cannot get subresource');
  return related(asked, node, isRelated);
}

function ofClaim(asked: Asked, node: string, isRelated: Parameters<typeof related>[2]): AccessDecision {
  if (asked.subresource !== 'status') return getOf(asked, node, isRelated);
  if (asked.verb !== 'update' && asked.verb !== 'patch') return noOpinion('can only get/update/patch this type');
  return related(asked, node, isRelated);
}

function ofServiceAccount(relations: NodeRelations, asked: Asked, node: string): AccessDecision {
  if (asked.verb !== 'create' || !asked.name)
    return noOpinion('can only create tokens for individual service accounts');
  if (asked.subresource !== 'token') return noOpinion('can only create token subresource of service account');
  return related(asked, node, ({ namespace, name }) =>
    references(relations, node, namespace).some(({ serviceAccount }) => serviceAccount === name),
  );
}

const ownVerbs = ['get', 'create', 'update', 'patch', 'delete'];

function ofLease({ verb, namespace, name }: Asked, node: string): AccessDecision {
  if (!ownVerbs.includes(verb)) return noOpinion('can only get, create, update, patch, or delete a node lease');
  if (namespace !== leaseNamespace)
    return noOpinion(`can only access leases in the ${JSON.stringify(leaseNamespace)} system namespace`);
  // Who creates does not always say the name here.
  if (verb !== 'create' && name !== node)
    return noOpinion('can only access node lease with the same name as the requesting node');
  return allowed;
}

function ofCsiNode({ verb, name, subresource }: Asked, node: string): AccessDecision {
  if (!ownVerbs.includes(verb)) return noOpinion('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== undefined) return noOpinion('cannot authorize CSINode subresources');
  if (verb !== 'create' && name !== node)
    return noOpinion('can only access CSINode with the same name as the requesting node');
  return allowed;
}

/** What a new slice is of, and which of several go, is for NodeRestriction to look at. */
function ofSlice(relations: NodeRelations, asked: Asked, node: string): AccessDecision {
  const { verb, subresource } = asked;
  if (subresource !== undefined) return noOpinion('cannot authorize ResourceSlice subresources');
  if (verb === 'create') return allowed;
  if (ownVerbs.includes(verb)) return related(asked, node, ({ name }) => relations.slice(name)?.spec.nodeName === node);
  if (verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection')
    return noOpinion(
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    );
  return selectsNode(asked, node)
    ? allowed
    : noOpinion('can only list/watch/deletecollection resourceslices with nodeName field selector');
}

const selectsNode = ({ fieldSelector }: Asked, node: string): boolean =>
  fieldSelector?.requirements.some(
    ({ field, operator, value }) => field === 'spec.nodeName' && operator === '=' && value === node,
  ) ?? false;

function ofNode({ verb, name, subresource }: Asked, node: string): AccessDecision {
  const changes = verb === 'update' || verb === 'patch';
  if (subresource === 'status') return changes ? allowed : noOpinion();
  if (subresource !== undefined) return noOpinion();
  if (changes || verb === 'create') return allowed;
  if (!read.includes(verb)) return noOpinion();
  if (name === node) return allowed;
  return noOpinion(`node '${node}' cannot read ${name ? `'${name}'` : 'all nodes'}, only its own Node object`);
}

function ofPod(relations: NodeRelations, asked: Asked, node: string): AccessDecision {
  const { verb, subresource, name } = asked;
  const isBound = (object: { readonly name: string; readonly namespace: string }) =>
    some(
      relations.podsOf(node),
      ({ metadata }) => metadata.name === object.name && metadata.namespace === object.namespace,
    );
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? allowed : noOpinion();
  if (subresource === 'eviction') return verb === 'create' ? allowed : noOpinion();
  if (subresource !== undefined) return noOpinion();
  if (verb === 'create' || verb === 'delete') return allowed;
  if (verb === 'get') return getOf(asked, node, isBound);
  if (verb !== 'list' && verb !== 'watch') return noOpinion();
  if (selectsNode(asked, node)) return allowed;
  return name ? related(asked, node, isBound) : noOpinion('can only list/watch pods with spec.nodeName field selector');
}

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}

/** Of the node's pods in a namespace. Mirror pods refer to nothing. */
function references(relations: NodeRelations, node: string, namespace: string) {
  return [...relations.podsOf(node)]
    .filter((pod) => pod.metadata.namespace === namespace && !isMirrorPod(pod))
    .map(referencesOf);
}

const usesClaim = (relations: NodeRelations, node: string, { namespace = '', name = '' }: Asked): boolean =>
  references(relations, node, namespace).some(({ claims }) => claims.has(name));

function usesVolume(relations: NodeRelations, node: string, name: string): boolean {
  const claim = relations.volume(name)?.spec?.claimRef;
  if (claim === undefined) return false;
  return references(relations, node, claim.namespace ?? '').some(({ claims }) => claims.has(claim.name ?? ''));
}

/** By a pod itself, or by a volume that a pod claims. */
function refersToSecret(relations: NodeRelations, node: string, { namespace = '', name = '' }: Asked): boolean {
  if (references(relations, node, namespace).some(({ secrets }) => secrets.has(name))) return true;
  return some(relations.podsOf(node), (pod: Pod) =>
    [...referencesOf(pod).claims].some((claim) =>
      some(relations.volumesOf(pod.metadata.namespace ?? '', claim), (volume) =>
        secretsOf(volume).some((secret) => secret.name === name && secret.namespace === namespace),
      ),
    ),
  );
}

/** The secrets of a volume that its node needs; those for attaching it are not the node's affair. */
function secretsOf({ spec }: PersistentVolume): readonly { readonly name: string; readonly namespace: string }[] {
  const { csi, azureFile } = spec ?? {};
  const refs = [
    csi?.nodePublishSecretRef,
    csi?.nodeStageSecretRef,
    csi?.nodeExpandSecretRef,
    azureFile === undefined ? undefined : { name: azureFile.secretName, namespace: azureFile.secretNamespace },
    ...[spec?.cephfs, spec?.cinder, spec?.flexVolume, spec?.rbd, spec?.scaleIO, spec?.iscsi, spec?.storageos].map(
      (driver) => driver?.secretRef,
    ),
  ];
  return refs.flatMap((ref) =>
    ref?.name ? [{ name: ref.name, namespace: ref.namespace || (spec?.claimRef?.namespace ?? '') }] : [],
  );
}
