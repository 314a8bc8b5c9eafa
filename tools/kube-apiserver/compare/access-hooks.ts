/**
 * What webhooks tell API servers of who asks and of what they may do, by names: a token `hook-NAME` is judged as `NAME` says,
 * and so is what a user asks who is called after one of the ways to decide.
 */
import { canonicalJson } from '@pintle/machinery';

type Json = Readonly<Record<string, unknown>>;

/** An answer, or what is done instead of one. */
export type Judging =
  | Json
  | { readonly status: number; readonly text: string }
  | { readonly lateMs: number }
  | 'hangUp';

/** What may be answered to any review that is no answer to it. */
const failing: Readonly<Record<string, Judging>> = {
  'status-500': { status: 500, text: 'broken' },
  'status-404': { status: 404, text: '' },
  'status-403': {
    status: 403,
    text: '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"go away","code":403}',
  },
  'status-201': { status: 201, text: '{}' },
  'no-json': { status: 200, text: 'hello' },
  nothing: { status: 200, text: '' },
  'no-object': { status: 200, text: '[]' },
  'no-kind': { status: 200, text: '{"status":{"authenticated":true,"allowed":true,"user":{"username":"x"}}}' },
  late: { lateMs: 4_000 },
  'hang-up': 'hangUp',
};

const identities: Readonly<Record<string, Json>> = {
  ann: { authenticated: true, user: { username: 'ann', uid: '7', groups: ['hooked'], extra: { 'a/b': ['c', 'd'] } } },
  nobody: { authenticated: true },
  unnamed: { authenticated: true, user: { groups: ['hooked'] } },
  known: { authenticated: true, user: { username: 'known', groups: ['system:authenticated', 'system:masters'] } },
  refused: { authenticated: false },
  explained: { authenticated: false, error: 'not today' },
  doubtful: { authenticated: true, error: 'though odd', user: { username: 'doubtful' } },
  elsewhere: { authenticated: true, user: { username: 'elsewhere' }, audiences: ['elsewhere'] },
  both: { authenticated: true, user: { username: 'both' }, audiences: ['elsewhere', 'here', 'x'] },
  empty: {},
};

const opinions: Readonly<Record<string, Json>> = {
  allow: { allowed: true, reason: 'as asked' },
  'allow-silently': { allowed: true },
  deny: { allowed: false, denied: true, reason: 'no way' },
  'deny-silently': { denied: true },
  both: { allowed: true, denied: true, reason: 'torn' },
  'no-opinion': { allowed: false, reason: 'do not know' },
  silent: {},
  doubtful: { allowed: false, evaluationError: 'cannot say' },
};

export interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: { readonly token?: string; readonly user?: string };
}

/** Of a review: by the token, or by who asks, whose name may have before it whom it is to be asked of. */
export function judged({ apiVersion, kind, spec }: Review): Judging {
  const isOfToken = kind === 'TokenReview';
  const name = isOfToken ? (spec.token ?? '').replace(/^hook-/, '') : (spec.user ?? '').replace(/^.*:/, '');
  if (!isOfToken && name === 'echo')
    return { apiVersion, kind, status: { allowed: false, reason: canonicalJson(spec) } };
  const status = (isOfToken ? identities : opinions)[name];
  return status === undefined ? (failing[name] ?? { apiVersion, kind, status: {} }) : { apiVersion, kind, status };
}

export const judgements = {
  failing: Object.keys(failing),
  identities: Object.keys(identities),
  opinions: Object.keys(opinions),
} as const;
