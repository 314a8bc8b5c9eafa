/**
 * `authorizer` in expressions: `authorizer.group('apps').resource('deployments').check('create').allowed()`. Expressions
 * are run at once and authorizers may take their time: what is not known yet is thrown, found out, and the expression is
 * run again (`whenDecided`).
 */
import type { CelError, Library, Opaque, Overload, Value } from '@pintle/cel';
import { dns1123LabelErrors, dns1123SubdomainErrors, parseFieldSelector, parseLabelSelector } from '@pintle/machinery';
import type { AccessAttributes, AccessDecision, UserInfo } from '../../access/access.js';
import { type Access, mastersGroup } from '../../verbs/authorize.js';
import type { AdmissionRequest } from '../admission.js';

/** The decisions that the expressions of one request have asked for. */
export interface Decisions {
  readonly access: Access;
  readonly known: Map<string, AccessDecision>;
}

/** An expression has asked for what is still to be decided. */
class Undecided extends Error {
  readonly code = 'PINTLE_UNDECIDED';
  constructor(readonly decided: Promise<unknown>) {
    super('a decision of the authorizer is not known yet');
  }
}

/** Does the work again until all that it asks is decided. What is asked is bounded by what the work may cost. */
export async function whenDecided<T>(work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Undecided)) throw error;
      await error.decided;
    }
  }
}

class Authorizer implements Opaque {
  readonly celType = 'kubernetes.authorization.Authorizer';
  constructor(
    readonly decisions: Decisions,
    readonly user: UserInfo,
  ) {}
  equals = (other: Opaque): boolean => this === other;
}

class PathCheck implements Opaque {
  readonly celType = 'kubernetes.authorization.PathCheck';
  constructor(
    readonly of: Authorizer,
    readonly path: string,
  ) {}
  equals = (other: Opaque): boolean => this === other;
}

class GroupCheck implements Opaque {
  readonly celType = 'kubernetes.authorization.GroupCheck';
  constructor(
    readonly of: Authorizer,
    readonly group: string,
  ) {}
  equals = (other: Opaque): boolean => this === other;
}

interface Place {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

class ResourceCheck implements Opaque {
  readonly celType = 'kubernetes.authorization.ResourceCheck';
  constructor(
    readonly of: Authorizer,
    readonly place: Place,
  ) {}
  with = (more: Partial<Place>) => new ResourceCheck(this.of, { ...this.place, ...more });
  equals = (other: Opaque): boolean => this === other;
}

class Decision implements Opaque {
  readonly celType = 'kubernetes.authorization.Decision';
  constructor(readonly decision: AccessDecision) {}
  equals = (other: Opaque): boolean => this === other;
}

function decide({ decisions: { access, known }, user }: Authorizer, attributes: AccessAttributes): Decision {
  if (user.groups.includes(mastersGroup)) return new Decision({ decision: 'allow' });
  const key = JSON.stringify(attributes);
  const found = known.get(key);
  if (found !== undefined) return new Decision(found);
  const asked = access.authorizer(attributes);
  if (asked instanceof Promise) throw new Undecided(asked.then((decision) => known.set(key, decision)));
  known.set(key, asked);
  return new Decision(asked);
}

/** What the authorizer is asked of a place: of any version. Selectors that cannot be read restrict nothing. */
function attributesOf(user: UserInfo, verb: string, place: Place): AccessAttributes {
  const { fieldSelector, labelSelector, ...where } = place;
  const fields = readable(fieldSelector, parseFieldSelector);
  const labels = readable(labelSelector, parseLabelSelector);
  return {
    ...{ type: 'resource', user, verb, version: '*', ...where },
    ...(fields === undefined ? {} : { fieldSelector: fields }),
    ...(labels === undefined ? {} : { labelRequirements: labels.requirements }),
  };
}

function readable<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

const said = <K extends string>(key: K, value: string): Partial<Record<K, string>> =>
  value === '' ? {} : ({ [key]: value } as Partial<Record<K, string>>);

const method = (
  name: string,
  params: readonly string[],
  result: string,
  run: (...args: never[]) => Opaque | Value,
  cost = 1,
): Overload => ({
  name,
  as: 'method',
  params,
  result,
  run: run as Overload['run'],
  cost: () => cost,
});
const [authorizer, path, group, resource, decision] = [
  'Authorizer',
  'PathCheck',
  'GroupCheck',
  'ResourceCheck',
  'Decision',
].map((name) => `kubernetes.authorization.${name}`) as [string, string, string, string, string];
/** As Kubernetes counts a question to its authorizer. */
const questionCost = 350_000;

const notBlank = (cel: Errors, what: string, text: string): string => {
  if (text.trim() === '') throw new cel.CelError(`${what} must not be empty`);
  return text;
};

function accountOf(cel: Errors, of: Authorizer, namespace: string, name: string): Authorizer {
  if (dns1123SubdomainErrors(name).length > 0) throw new cel.CelError('Invalid service account name');
  if (dns1123LabelErrors(namespace).length > 0) throw new cel.CelError('Invalid service account namespace');
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return new Authorizer(of.decisions, { name: `system:serviceaccount:${namespace}:${name}`, groups });
}

interface Errors {
  readonly CelError: typeof CelError;
}

/** `cel` is the language, which is not loaded with this. */
export const authorizerLibrary = (cel: Errors): Library => ({
  types: [authorizer, path, group, resource, decision],
  overloads: [
    method(
      'path',
      [authorizer, 'string'],
      path,
      (of: Authorizer, text: string) => new PathCheck(of, notBlank(cel, 'path', text)),
    ),
    method('group', [authorizer, 'string'], group, (of: Authorizer, text: string) => new GroupCheck(of, text)),
    method(
      'serviceAccount',
      [authorizer, 'string', 'string'],
      authorizer,
      (of: Authorizer, namespace: string, name: string) => accountOf(cel, of, namespace, name),
    ),
    method(
      'resource',
      [group, 'string'],
      resource,
      (of: GroupCheck, text: string) =>
        new ResourceCheck(of.of, { group: of.group, resource: notBlank(cel, 'resource', text) }),
    ),
    method('subresource', [resource, 'string'], resource, (of: ResourceCheck, text: string) =>
      of.with(said('subresource', text)),
    ),
    method('namespace', [resource, 'string'], resource, (of: ResourceCheck, text: string) =>
      of.with(said('namespace', text)),
    ),
    method('name', [resource, 'string'], resource, (of: ResourceCheck, text: string) => of.with(said('name', text))),
    method('fieldSelector', [resource, 'string'], resource, (of: ResourceCheck, text: string) =>
      of.with(said('fieldSelector', text)),
    ),
    method('labelSelector', [resource, 'string'], resource, (of: ResourceCheck, text: string) =>
      of.with(said('labelSelector', text)),
    ),
    method(
      'check',
      [path, 'string'],
      decision,
      ({ of, path: at }: PathCheck, verb: string) => decide(of, { type: 'path', user: of.user, verb, path: at }),
      questionCost,
    ),
    method(
      'check',
      [resource, 'string'],
      decision,
      ({ of, place }: ResourceCheck, verb: string) => decide(of, attributesOf(of.user, verb, place)),
      questionCost,
    ),
    method('allowed', [decision], 'bool', ({ decision: { decision: made } }: Decision) => made === 'allow'),
    method('reason', [decision], 'string', ({ decision: { reason } }: Decision) => reason ?? ''),
    method('errored', [decision], 'bool', () => false),
    method('error', [decision], 'string', () => ''),
  ],
});

/** What is known of the two variables below. */
export const authorizerTypes = {
  authorizer: { name: authorizer },
  'authorizer.requestResource': { name: resource },
};

/** `authorizer`, and `authorizer.requestResource`: the very resource of the request. */
export function authorizerVariables(
  request: AdmissionRequest,
  decisions: Decisions,
): Readonly<Record<keyof typeof authorizerTypes, Value>> {
  const of = new Authorizer(decisions, request.user);
  const { kind } = request.resource;
  const requestResource = new ResourceCheck(of, {
    group: kind.group,
    resource: kind.plural,
    ...said('subresource', request.subresource ?? ''),
    ...said('namespace', request.namespace ?? ''),
    ...said('name', request.name),
  });
  return { authorizer: of, 'authorizer.requestResource': requestResource };
}
