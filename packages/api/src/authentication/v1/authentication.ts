/** Part of `authentication/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  defineKind,
  type Infer,
  int64,
  list,
  map,
  ObjectMeta,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';

export const BoundObjectReference = object(
  () => ({
    apiVersion: string(2),
    kind: string(1),
    name: string(3),
    uid: string(4),
  }),
  'io.k8s.api.authentication.v1.BoundObjectReference',
);
export interface BoundObjectReference extends Infer<typeof BoundObjectReference> {}

export const UserInfo = object(
  () => ({
    extra: map(list(string()), 4),
    groups: list(string(), 3).atomic(),
    uid: string(2),
    username: string(1),
  }),
  'io.k8s.api.authentication.v1.UserInfo',
);
export interface UserInfo extends Infer<typeof UserInfo> {}

export const SelfSubjectReviewStatus = object(
  () => ({
    userInfo: ref<UserInfo>(UserInfo, 1).alwaysThere(),
  }),
  'io.k8s.api.authentication.v1.SelfSubjectReviewStatus',
);
export interface SelfSubjectReviewStatus extends Infer<typeof SelfSubjectReviewStatus> {}

export const SelfSubjectReview = defineKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  scope: 'Cluster',
  verbs: ['create'],
  name: 'io.k8s.api.authentication.v1.SelfSubjectReview',
  fields: {
    status: ref<SelfSubjectReviewStatus>(SelfSubjectReviewStatus, 2).alwaysThere(),
  },
});
export interface SelfSubjectReview extends Infer<typeof SelfSubjectReview> {}

export const TokenRequestSpec = object(
  () => ({
    audiences: list(string(), 1).atomic().required(),
    boundObjectRef: ref<BoundObjectReference>(BoundObjectReference, 3).pointer().alwaysThere(),
    expirationSeconds: int64(4).pointer(),
  }),
  'io.k8s.api.authentication.v1.TokenRequestSpec',
);
export interface TokenRequestSpec extends Infer<typeof TokenRequestSpec> {}

export const TokenRequestStatus = object(
  () => ({
    expirationTimestamp: time(2).required(),
    token: string(1).required(),
  }),
  'io.k8s.api.authentication.v1.TokenRequestStatus',
);
export interface TokenRequestStatus extends Infer<typeof TokenRequestStatus> {}

export const TokenRequest = object(
  () => ({
    apiVersion: string(),
    kind: string(),
    metadata: ref<ObjectMeta>(ObjectMeta, 1).alwaysThere(),
    spec: ref<TokenRequestSpec>(TokenRequestSpec, 2).alwaysThere().required(),
    status: ref<TokenRequestStatus>(TokenRequestStatus, 3).alwaysThere(),
  }),
  'io.k8s.api.authentication.v1.TokenRequest',
);
export interface TokenRequest extends Infer<typeof TokenRequest> {}

export const TokenReviewSpec = object(
  () => ({
    audiences: list(string(), 2).atomic(),
    token: string(1),
  }),
  'io.k8s.api.authentication.v1.TokenReviewSpec',
);
export interface TokenReviewSpec extends Infer<typeof TokenReviewSpec> {}

export const TokenReviewStatus = object(
  () => ({
    audiences: list(string(), 4).atomic(),
    authenticated: boolean(1),
    error: string(3),
    user: ref<UserInfo>(UserInfo, 2).alwaysThere(),
  }),
  'io.k8s.api.authentication.v1.TokenReviewStatus',
);
export interface TokenReviewStatus extends Infer<typeof TokenReviewStatus> {}

export const TokenReview = defineKind({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  scope: 'Cluster',
  verbs: ['create'],
  name: 'io.k8s.api.authentication.v1.TokenReview',
  fields: {
    spec: ref<TokenReviewSpec>(TokenReviewSpec, 2).alwaysThere().required(),
    status: ref<TokenReviewStatus>(TokenReviewStatus, 3).alwaysThere(),
  },
});
export interface TokenReview extends Infer<typeof TokenReview> {}
