/** Who decides what users may do, as it is chosen by who makes the server: by mode or by a function, fixed or changing. */
import type { AccessAttributes, AccessDecision, Authorizer, RuledAuthorizer, UserInfo } from './access.js';
import { firstOpinion } from './first-opinion.js';
import { everything } from './rules-review.js';

/** As kube-apiserver's `--authorization-mode` has them. */
export type AuthorizationMode = 'node' | 'rbac';

/** A mode, or a function of the host's own. */
export type AuthorizerChoice = AuthorizationMode | Authorizer;

/** Authorizers that change while the server runs. A mode that is not there at first is not to be had later. */
export interface AuthorizerSource {
  /** The same list for as long as nothing changes. */
  current(): readonly AuthorizerChoice[];
  /** Calls `told` with every change, for as long as the server runs. */
  onChange(told: () => void): void;
}

export const allowAll: RuledAuthorizer = Object.assign(() => ({ decision: 'allow' }) satisfies AccessDecision, {
  named: { type: 'AlwaysAllow', name: 'alwaysallow' },
  rulesFor: () => everything,
});

/** What is chosen, in any of the ways that it may be said. Everything is allowed where nothing is. */
export function authorizerSource(
  wanted: AuthorizerChoice | readonly AuthorizerChoice[] | AuthorizerSource = allowAll,
): AuthorizerSource {
  if (typeof wanted === 'object' && 'current' in wanted) return wanted;
  const fixed = typeof wanted === 'function' || typeof wanted === 'string' ? [wanted] : wanted;
  return { current: () => fixed, onChange() {} };
}

/** One authorizer for all that are chosen, now and later. `modes`: those that there are; `counted` is put around each. */
export function chosenAuthorizer(
  source: AuthorizerSource,
  modes: Readonly<Record<AuthorizationMode, Authorizer | undefined>>,
  counted: (authorizer: Authorizer) => Authorizer = (authorizer) => authorizer,
): RuledAuthorizer {
  let chosen: readonly AuthorizerChoice[] | undefined;
  let authorizer: RuledAuthorizer = allowAll;
  const current = (): RuledAuthorizer => {
    const now = source.current();
    if (now !== chosen) {
      chosen = now;
      authorizer = firstOpinion(
        now.flatMap((choice) => (typeof choice === 'function' ? choice : (modes[choice] ?? []))).map(counted),
      );
    }
    return authorizer;
  };
  return Object.assign((attributes: AccessAttributes) => current()(attributes), {
    rulesFor: (user: UserInfo, namespace: string) => current().rulesFor(user, namespace),
  });
}
