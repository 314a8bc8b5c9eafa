/** Part of `authorization/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  boolean,
  defineKind,
  FieldSelectorRequirement,
  type Infer,
  LabelSelectorRequirement,
  list,
  map,
  object,
  ref,
  string,
} from '@pintle/machinery';

export const FieldSelectorAttributes = object(
  () => ({
    rawSelector: string(1),
    requirements: list(ref<FieldSelectorRequirement>(FieldSelectorRequirement), 2).atomic(),
  }),
  'io.k8s.api.authorization.v1.FieldSelectorAttributes',
);
export interface FieldSelectorAttributes extends Infer<typeof FieldSelectorAttributes> {}

export const LabelSelectorAttributes = object(
  () => ({
    rawSelector: string(1),
    requirements: list(ref<LabelSelectorRequirement>(LabelSelectorRequirement), 2).atomic(),
  }),
  'io.k8s.api.authorization.v1.LabelSelectorAttributes',
);
export interface LabelSelectorAttributes extends Infer<typeof LabelSelectorAttributes> {}

export const NonResourceAttributes = object(
  () => ({
    path: string(1),
    verb: string(2),
  }),
  'io.k8s.api.authorization.v1.NonResourceAttributes',
);
export interface NonResourceAttributes extends Infer<typeof NonResourceAttributes> {}

export const ResourceAttributes = object(
  () => ({
    fieldSelector: ref<FieldSelectorAttributes>(FieldSelectorAttributes, 8),
    group: string(3),
    labelSelector: ref<LabelSelectorAttributes>(LabelSelectorAttributes, 9),
    name: string(7),
    namespace: string(1),
    resource: string(5),
    subresource: string(6),
    verb: string(2),
    version: string(4),
  }),
  'io.k8s.api.authorization.v1.ResourceAttributes',
);
export interface ResourceAttributes extends Infer<typeof ResourceAttributes> {}

export const SubjectAccessReviewSpec = object(
  () => ({
    extra: map(list(string()), 5),
    groups: list(string(), 4).atomic(),
    nonResourceAttributes: ref<NonResourceAttributes>(NonResourceAttributes, 2),
    resourceAttributes: ref<ResourceAttributes>(ResourceAttributes, 1),
    uid: string(6),
    user: string(3),
  }),
  'io.k8s.api.authorization.v1.SubjectAccessReviewSpec',
);
export interface SubjectAccessReviewSpec extends Infer<typeof SubjectAccessReviewSpec> {}

export const SubjectAccessReviewStatus = object(
  () => ({
    allowed: boolean(1).required(),
    denied: boolean(4),
    evaluationError: string(3),
    reason: string(2),
  }),
  'io.k8s.api.authorization.v1.SubjectAccessReviewStatus',
);
export interface SubjectAccessReviewStatus extends Infer<typeof SubjectAccessReviewStatus> {}

export const LocalSubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'LocalSubjectAccessReview',
  plural: 'localsubjectaccessreviews',
  verbs: ['create'],
  name: 'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  fields: {
    spec: ref<SubjectAccessReviewSpec>(SubjectAccessReviewSpec, 2).alwaysThere().required(),
    status: ref<SubjectAccessReviewStatus>(SubjectAccessReviewStatus, 3).alwaysThere(),
  },
});
export interface LocalSubjectAccessReview extends Infer<typeof LocalSubjectAccessReview> {}

export const NonResourceRule = object(
  () => ({
    nonResourceURLs: list(string(), 2).atomic(),
    verbs: list(string(), 1).atomic().required(),
  }),
  'io.k8s.api.authorization.v1.NonResourceRule',
);
export interface NonResourceRule extends Infer<typeof NonResourceRule> {}

export const ResourceRule = object(
  () => ({
    apiGroups: list(string(), 2).atomic(),
    resourceNames: list(string(), 4).atomic(),
    resources: list(string(), 3).atomic(),
    verbs: list(string(), 1).atomic().required(),
  }),
  'io.k8s.api.authorization.v1.ResourceRule',
);
export interface ResourceRule extends Infer<typeof ResourceRule> {}

export const SelfSubjectAccessReviewSpec = object(
  () => ({
    nonResourceAttributes: ref<NonResourceAttributes>(NonResourceAttributes, 2),
    resourceAttributes: ref<ResourceAttributes>(ResourceAttributes, 1),
  }),
  'io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec',
);
export interface SelfSubjectAccessReviewSpec extends Infer<typeof SelfSubjectAccessReviewSpec> {}

export const SelfSubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  name: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  fields: {
    spec: ref<SelfSubjectAccessReviewSpec>(SelfSubjectAccessReviewSpec, 2).alwaysThere().required(),
    status: ref<SubjectAccessReviewStatus>(SubjectAccessReviewStatus, 3).alwaysThere(),
  },
});
export interface SelfSubjectAccessReview extends Infer<typeof SelfSubjectAccessReview> {}

export const SelfSubjectRulesReviewSpec = object(
  () => ({
    namespace: string(1),
  }),
  'io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec',
);
export interface SelfSubjectRulesReviewSpec extends Infer<typeof SelfSubjectRulesReviewSpec> {}

export const SubjectRulesReviewStatus = object(
  () => ({
    evaluationError: string(4),
    incomplete: boolean(3).required(),
    nonResourceRules: list(ref<NonResourceRule>(NonResourceRule), 2).atomic().required(),
    resourceRules: list(ref<ResourceRule>(ResourceRule), 1).atomic().required(),
  }),
  'io.k8s.api.authorization.v1.SubjectRulesReviewStatus',
);
export interface SubjectRulesReviewStatus extends Infer<typeof SubjectRulesReviewStatus> {}

export const SelfSubjectRulesReview = defineKind({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  plural: 'selfsubjectrulesreviews',
  scope: 'Cluster',
  verbs: ['create'],
  name: 'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  fields: {
    spec: ref<SelfSubjectRulesReviewSpec>(SelfSubjectRulesReviewSpec, 2).alwaysThere().required(),
    status: ref<SubjectRulesReviewStatus>(SubjectRulesReviewStatus, 3).alwaysThere(),
  },
});
export interface SelfSubjectRulesReview extends Infer<typeof SelfSubjectRulesReview> {}

export const SubjectAccessReview = defineKind({
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  scope: 'Cluster',
  verbs: ['create'],
  name: 'io.k8s.api.authorization.v1.SubjectAccessReview',
  fields: {
    spec: ref<SubjectAccessReviewSpec>(SubjectAccessReviewSpec, 2).alwaysThere().required(),
    status: ref<SubjectAccessReviewStatus>(SubjectAccessReviewStatus, 3).alwaysThere(),
  },
});
export interface SubjectAccessReview extends Infer<typeof SubjectAccessReview> {}
