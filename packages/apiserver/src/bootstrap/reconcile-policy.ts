/**
 * Brings the default RBAC policy into a store, at every start: what is missing is made, what lacks a rule, a subject or
 * a label gets it, what somebody added stays. An object whose annotation `autoupdate` is `false` is left alone.
 */
import { aggregatedRules } from '@pintle/api/rbac';
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '@pintle/api/rbac/v1';
import type { Client } from '@pintle/client';
import { deepEqual, type KubernetesObject, type ObjectMeta } from '@pintle/machinery';
import { uncovered } from '../access/rule-cover.js';
import type { ApiCore } from '../verbs/api-core.js';
import type { Policy } from './policy.js';
import { putObjects } from './put-objects.js';

const autoUpdate = 'rbac.authorization.kubernetes.io/autoupdate';

/** The role as it should be; the very same where it needs nothing. */
export function reconcileRole<R extends Role | ClusterRole>(wanted: R, present: R): R {
  if (present.metadata.annotations?.[autoUpdate] === 'false') return present;
  const lacking = uncovered(present.rules ?? [], wanted.rules ?? []);
  const selectors = selectorsOf(wanted).filter((wish) => !selectorsOf(present).some((own) => deepEqual(own, wish)));
  const metadata = withLabels(present.metadata, wanted.metadata);
  if (lacking.length === 0 && selectors.length === 0 && metadata === present.metadata) return present;
  const clusterRoleSelectors = [...selectorsOf(present), ...selectors];
  return {
    ...present,
    metadata,
    ...(lacking.length === 0 ? {} : { rules: [...(present.rules ?? []), ...lacking] }),
    ...(clusterRoleSelectors.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors } }),
  };
}

const selectorsOf = (role: Role | ClusterRole) =>
  ('aggregationRule' in role ? role.aggregationRule?.clusterRoleSelectors : undefined) ?? [];

/**
 * As `reconcileRole`. A binding of another role has to be made anew, as a binding cannot change whose it is; `undefined`
 * says so.
 */
export function reconcileBinding<B extends RoleBinding | ClusterRoleBinding>(wanted: B, present: B): B | undefined {
  if (present.metadata.annotations?.[autoUpdate] === 'false') return present;
  if (!deepEqual(wanted.roleRef, present.roleRef)) return undefined;
  const subjects = present.subjects ?? [];
  const lacking = (wanted.subjects ?? []).filter((wish) => !subjects.some((own) => deepEqual(own, wish)));
  const metadata = withLabels(present.metadata, wanted.metadata);
  if (lacking.length === 0 && metadata === present.metadata) return present;
  return { ...present, metadata, ...(lacking.length === 0 ? {} : { subjects: [...subjects, ...lacking] }) };
}

function withLabels(present: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const labels = { ...present.labels, ...wanted.labels };
  const annotations = { ...wanted.annotations, ...present.annotations };
  if (deepEqual(labels, present.labels ?? {}) && deepEqual(annotations, present.annotations ?? {})) return present;
  return { ...present, labels, annotations };
}

/** The policy with the rules of its sums. A sum may be part of another: who is added up last has all. */
export function withSums(policy: readonly ClusterRole[]): readonly ClusterRole[] {
  const order = ['view', 'edit', 'admin'];
  let roles = policy;
  for (const name of order)
    roles = roles.map((role) => {
      const rules = role.metadata.name === name ? aggregatedRules(role, roles) : undefined;
      return rules === undefined ? role : { ...role, rules };
    });
  return roles;
}

type Any = Role | ClusterRole | RoleBinding | ClusterRoleBinding;

export interface PolicyPlan {
  readonly create: readonly Any[];
  readonly update: readonly Any[];
  /** Deleted first, then made anew. */
  readonly recreate: readonly Any[];
}

/** What a store that holds `present` lacks of the policy. */
export function planPolicy(policy: Policy, present: Policy): PolicyPlan {
  const create: Any[] = [];
  const update: Any[] = [];
  const recreate: Any[] = [];
  const compare = <T extends Any>(
    wanted: readonly T[],
    there: readonly T[],
    reconcile: (wanted: T, present: T) => T | undefined,
  ) => {
    const known = new Map(there.map((each) => [placeOf(each), each]));
    for (const wish of wanted) {
      const own = known.get(placeOf(wish));
      const next = own === undefined ? undefined : reconcile(wish, own);
      if (own === undefined) create.push(wish);
      else if (next === undefined) recreate.push(wish);
      else if (next !== own) update.push(next);
    }
  };
  compare(withSums(policy.clusterRoles), present.clusterRoles, reconcileRole);
  compare(policy.clusterRoleBindings, present.clusterRoleBindings, reconcileBinding);
  compare(policy.roles, present.roles, reconcileRole);
  compare(policy.roleBindings, present.roleBindings, reconcileBinding);
  return { create, update, recreate };
}

const placeOf = ({ metadata }: Any) => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Carries it out. */
export async function reconcilePolicy(core: ApiCore, client: Client, policy: Policy): Promise<void> {
  const [clusterRoles, clusterRoleBindings, roles, roleBindings] = await Promise.all([
    client.list(ClusterRole),
    client.list(ClusterRoleBinding),
    client.list(Role),
    client.list(RoleBinding),
  ]);
  const plan = planPolicy(policy, { clusterRoles, clusterRoleBindings, roles, roleBindings });
  await Promise.all([
    putObjects(core, plan.create),
    ...plan.update.map((object) => client.update<KubernetesObject>(object)),
    ...plan.recreate.map(async (object) => {
      const kind = object.kind === 'RoleBinding' ? RoleBinding : ClusterRoleBinding;
      await client.delete(kind, { name: object.metadata.name ?? '', namespace: object.metadata.namespace ?? '' });
      await client.create<KubernetesObject>(object);
    }),
  ]);
}
