/**
 * Access by a file of policies, one a line in JSON, as `--authorization-mode=ABAC` with `--authorization-policy-file` has it
 * (`abac.authorization.kubernetes.io/v1beta1`, and the older form without a version). It is read once: who changes it starts
 * the server anew.
 */
import type { AccessAttributes, AccessDecision, RuledAuthorizer, UserInfo, UserRules } from './access.js';

interface PolicySpec {
  readonly user?: string;
  readonly group?: string;
  readonly readonly?: boolean;
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly namespace?: string;
  readonly nonResourcePath?: string;
}

const policyVersion = 'abac.authorization.kubernetes.io/v1beta1';
const everybody = 'system:authenticated';
/** Whatever the policy, these may be done by whom it is for. */
const readingVerbs: readonly string[] = ['get', 'list', 'watch'];

/** Errors: `Error` with the line that is no policy. */
export function abacAuthorizer(text: string): RuledAuthorizer {
  const policies = text.split('\n').flatMap((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    try {
      return [policyOf(JSON.parse(trimmed))];
    } catch (cause) {
      throw new Error(`error reading policy file, line ${index + 1}: ${trimmed}: ${(cause as Error).message}`, {
        cause,
      });
    }
  });
  const authorize = (attributes: AccessAttributes): AccessDecision =>
    policies.some((policy) => matches(policy, attributes))
      ? { decision: 'allow' }
      : { decision: 'noOpinion', reason: 'No policy matched.' };
  return Object.assign(authorize, {
    named: { type: 'ABAC', name: 'abac' },
    rulesFor: (user: UserInfo, namespace: string) =>
      rulesOf(policies.filter((policy) => isFor(policy, user) && fits(policy.namespace ?? '', namespace))),
  });
}

const rulesOf = (policies: readonly PolicySpec[]): UserRules => ({
  resourceRules: policies.flatMap(({ readonly, apiGroup = '', resource }) =>
    resource ? [{ verbs: verbsOf(readonly), apiGroups: [apiGroup], resources: [resource] }] : [],
  ),
  nonResourceRules: policies.flatMap(({ readonly, nonResourcePath }) =>
    nonResourcePath ? [{ verbs: verbsOf(readonly), nonResourceURLs: [nonResourcePath] }] : [],
  ),
});

const verbsOf = (readonly: boolean | undefined): readonly string[] => (readonly ? readingVerbs : ['*']);

function policyOf(written: unknown): PolicySpec {
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    throw new Error('a policy is an object');
  const { apiVersion, kind, spec } = written as { apiVersion?: unknown; kind?: unknown; spec?: unknown };
  if (apiVersion === undefined && kind === undefined) return ofEverybody(olderPolicy(fieldsOf(written)));
  if (apiVersion !== policyVersion || kind !== 'Policy')
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  return ofEverybody(fieldsOf(spec ?? {}));
}

function fieldsOf(written: object): PolicySpec {
  const fields = written as Readonly<Record<string, unknown>>;
  for (const field of ['user', 'group', 'apiGroup', 'resource', 'namespace', 'nonResourcePath'])
    if (!['string', 'undefined'].includes(typeof fields[field])) throw new Error(`${field} must be a string`);
  if (!['boolean', 'undefined'].includes(typeof fields['readonly'])) throw new Error('readonly must be a boolean');
  return fields as PolicySpec;
}

/** What the older form leaves out is everybody, everything and everywhere. */
function olderPolicy({ user, group, readonly = false, namespace, resource }: PolicySpec): PolicySpec {
  return {
    ...(user || group ? { user: user ?? '', group: group ?? '' } : { group: everybody }),
    ...{ readonly, apiGroup: '*', resource: resource || '*', namespace: namespace || '*' },
    ...(namespace || resource ? {} : { nonResourcePath: '*' }),
  };
}

/** All users are those that showed who they are. */
const ofEverybody = ({ user, ...policy }: PolicySpec): PolicySpec =>
  user === '*' || policy.group === '*' ? { ...policy, group: everybody } : { ...policy, ...(user ? { user } : {}) };

function matches(policy: PolicySpec, attributes: AccessAttributes): boolean {
  if (!isFor(policy, attributes.user)) return false;
  if (policy.readonly && !readingVerbs.includes(attributes.verb)) return false;
  if (attributes.type === 'path') return isPath(policy.nonResourcePath ?? '', attributes.path);
  const { namespace = '', resource = '', apiGroup = '' } = policy;
  return (
    fits(namespace, attributes.namespace ?? '') &&
    fits(resource, attributes.resource) &&
    fits(apiGroup, attributes.group)
  );
}

/** A policy of a user and a group is for who is both; one of neither is for nobody. */
function isFor({ user, group }: PolicySpec, { name, groups }: UserInfo): boolean {
  if (!user && !group) return false;
  return (!user || user === name) && (!group || groups.includes(group));
}

const fits = (wanted: string, value: string): boolean => wanted === '*' || wanted === value;

const isPath = (wanted: string, path: string): boolean =>
  fits(wanted, path) || (wanted.endsWith('*') && path.startsWith(wanted.replace(/\*+$/, '')));
