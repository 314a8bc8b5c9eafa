/**
 * OwnerReferencesPermissionEnforcement: who gives an object an owner must be allowed to delete the object, and who lets it
 * hold up the end of its owner must be allowed to set the owner's finalizers.
 */
import { deepEqual, type KubernetesObject, type OwnerReference } from '@pintle/machinery';
import type { AccessAttributes } from '../../access/access.js';
import type { ApiCore } from '../../verbs/api-core.js';
import { type Access, mastersGroup } from '../../verbs/authorize.js';
import { type AdmissionPlugin, type AdmissionRequest, refusedRequest } from '../admission.js';

export function ownerReferencesPermissionEnforcement(core: () => ApiCore, access: Access): AdmissionPlugin {
  return {
    name: 'OwnerReferencesPermissionEnforcement',
    // The status of a pod does not change its owners.
    concerns: ({ operation, resource: { kind }, subresource }) =>
      (operation === 'CREATE' || operation === 'UPDATE') &&
      !(kind.group === '' && kind.plural === 'pods' && subresource === 'status'),
    handles: ({ object, old }) => !deepEqual(ownersOf(object), ownersOf(old)),
    async validate(request) {
      const why = await refusal(request, core(), access);
      if (why !== undefined) throw refusedRequest(request, why);
    },
  };
}

const none: readonly OwnerReference[] = [];

const ownersOf = (object: KubernetesObject | undefined): readonly OwnerReference[] =>
  object?.metadata?.ownerReferences ?? none;

async function refusal(request: AdmissionRequest, core: ApiCore, access: Access): Promise<string | undefined> {
  const { user, operation, resource, namespace, name, subresource, object, old } = request;
  if (user.groups.includes(mastersGroup)) return undefined;
  const at = namespace === undefined ? {} : { namespace };
  type Asked = Pick<AccessAttributes & { type: 'resource' }, 'group' | 'version' | 'resource'> &
    Partial<AccessAttributes & { type: 'resource' }>;
  /** Why not, in the words of the authorizer; undefined: it is allowed. */
  const denial = async (verb: string, asked: Asked) => {
    const { decision, reason } = await access.authorizer({ type: 'resource', user, verb, ...asked });
    return decision === 'allow' ? undefined : `${reason ?? ''}, <nil>`;
  };

  if (operation === 'UPDATE') {
    const { group, version, plural } = resource.kind;
    const denied = await denial('delete', {
      ...{ group, version, resource: plural, name, ...at },
      ...(subresource === undefined ? {} : { subresource }),
    });
    if (denied !== undefined) return `cannot set an ownerRef on a resource you can't delete: ${denied}`;
  }
  const held = new Set(
    ownersOf(old)
      .filter(({ blockOwnerDeletion }) => blockOwnerDeletion)
      .map(({ uid }) => uid),
  );
  const holding = ownersOf(object).filter(({ blockOwnerDeletion, uid }) => blockOwnerDeletion && !held.has(uid));
  if (holding.length === 0) return undefined;
  const anything = { group: '*', version: '*', resource: '*', subresource: 'finalizers', name: '*' };
  if ((await denial('update', anything)) === undefined) return undefined;
  for (const owner of holding) {
    const kind = core.registry.byObject(owner)?.kind;
    if (kind === undefined)
      return `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${owner.apiVersion} Kind ${owner.kind}: no matches for kind ${JSON.stringify(owner.kind)} in version ${JSON.stringify(owner.apiVersion)}`;
    const denied = await denial('update', {
      ...{ group: kind.group, version: kind.version, resource: kind.plural, subresource: 'finalizers' },
      ...{ name: owner.name, ...(kind.scope === 'Namespaced' ? at : {}) },
    });
    if (denied !== undefined)
      return `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${denied}`;
  }
  return undefined;
}
