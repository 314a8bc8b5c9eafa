/** Who asks, and whether they may: two small functions that a host application can bring its own of. */
import type { NonResourceRule, ResourceRule } from '@pintle/api/authorization/v1';
import type { FieldSelector, LabelRequirement } from '@pintle/machinery';
import type { HttpRequest } from '../http/message.js';

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** Of what the user is known by. */
  readonly notes?: UserNotes;
}

/** What is to be said of credentials: to who shows them, and to who records requests. */
export interface UserNotes {
  readonly warnings: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Undefined: this one cannot tell, ask the next. Errors: `StatusError` Unauthorized, for credentials that are
 * meant for it and wrong.
 */
export type Authenticator = (request: HttpRequest) => UserInfo | undefined | Promise<UserInfo | undefined>;

/** Whose a bearer token is, and for which of the audiences asked for. */
export interface TokenIdentity {
  readonly user: UserInfo;
  /** Absent: the token says nothing of audiences, and is for the server's own. */
  readonly audiences?: readonly string[];
}

/**
 * As an `Authenticator`, of a token alone. `audiences`: one of which the token has to be for; the API server's own
 * where there is none. Errors: `TokenRefused`, for one that is meant for it and does not count.
 */
export type TokenAuthenticator = (token: string, audiences: readonly string[]) => Promise<TokenIdentity | undefined>;

/** What is to be done, as RBAC rules and SubjectAccessReviews name it. */
export type AccessAttributes =
  | {
      readonly type: 'resource';
      readonly user: UserInfo;
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      /** The plural name. */
      readonly resource: string;
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
      /** Of a list or a watch: what it is restricted to. */
      readonly fieldSelector?: FieldSelector;
      /** The same by labels; all of these hold. */
      readonly labelRequirements?: readonly LabelRequirement[];
    }
  | { readonly type: 'path'; readonly user: UserInfo; readonly verb: string; readonly path: string };

export interface AccessDecision {
  readonly decision: 'allow' | 'deny' | 'noOpinion';
  readonly reason?: string;
  /** What kept somebody who was asked from telling. Who is not allowed is told of it, as of a fault of the server. */
  readonly error?: string;
}

/** What a user may do in a namespace, as far as it can be told in rules. */
export interface UserRules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  /** There may be more. */
  readonly incomplete?: boolean;
  /** Why there may be, and what is wrong with what the rules come from. */
  readonly errors?: readonly string[];
}

export type RulesFor = (user: UserInfo, namespace: string) => UserRules;

/** As kube-apiserver's AuthorizationConfiguration has them: `Webhook` and a name of its own, or `RBAC` and `rbac`. */
export interface AuthorizerName {
  readonly type: string;
  readonly name: string;
}

/** `deny` ends the question; `noOpinion` asks the next authorizer, and is a refusal where there is none. */
export interface Authorizer {
  (attributes: AccessAttributes): AccessDecision | Promise<AccessDecision>;
  /** For SelfSubjectRulesReviews. Absent: it decides by something else than rules. */
  readonly rulesFor?: RulesFor;
  /** Under which its decisions are counted. Absent: they are not. */
  readonly named?: AuthorizerName;
}

/** One that tells of rules, if only that it has none. */
export type RuledAuthorizer = Authorizer & { readonly rulesFor: RulesFor };
