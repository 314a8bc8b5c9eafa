/** Part of `admissionregistration/v1alpha1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, LabelSelector, list, object, ref, string } from '@pintle/machinery';

export const ApplyConfiguration = object(
  () => ({
    expression: string(1),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.ApplyConfiguration',
);
export interface ApplyConfiguration extends Infer<typeof ApplyConfiguration> {}

export const JSONPatch = object(
  () => ({
    expression: string(1),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.JSONPatch',
);
export interface JSONPatch extends Infer<typeof JSONPatch> {}

export const MatchCondition = object(
  () => ({
    expression: string(2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.MatchCondition',
);
export interface MatchCondition extends Infer<typeof MatchCondition> {}

export const NamedRuleWithOperations = object(
  () => ({
    apiGroups: list(string(), 1).inline(2, 2).atomic(),
    apiVersions: list(string(), 2).inline(2, 2).atomic(),
    operations: list(string(), 1).inline(2).atomic(),
    resourceNames: list(string(), 1).atomic(),
    resources: list(string(), 3).inline(2, 2).atomic(),
    scope: string(4).pointer().inline(2, 2),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.NamedRuleWithOperations',
).atomic();
export interface NamedRuleWithOperations extends Infer<typeof NamedRuleWithOperations> {}

export const MatchResources = object(
  () => ({
    excludeResourceRules: list(ref<NamedRuleWithOperations>(NamedRuleWithOperations), 4).atomic(),
    matchPolicy: string(7).pointer(),
    namespaceSelector: ref<LabelSelector>(LabelSelector, 1),
    objectSelector: ref<LabelSelector>(LabelSelector, 2),
    resourceRules: list(ref<NamedRuleWithOperations>(NamedRuleWithOperations), 3).atomic(),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.MatchResources',
).atomic();
export interface MatchResources extends Infer<typeof MatchResources> {}

export const Mutation = object(
  () => ({
    applyConfiguration: ref<ApplyConfiguration>(ApplyConfiguration, 3),
    jsonPatch: ref<JSONPatch>(JSONPatch, 4),
    patchType: string(2).required(),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.Mutation',
);
export interface Mutation extends Infer<typeof Mutation> {}

export const ParamKind = object(
  () => ({
    apiVersion: string(1),
    kind: string(2),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.ParamKind',
).atomic();
export interface ParamKind extends Infer<typeof ParamKind> {}

export const Variable = object(
  () => ({
    expression: string(2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.Variable',
);
export interface Variable extends Infer<typeof Variable> {}

export const MutatingAdmissionPolicySpec = object(
  () => ({
    failurePolicy: string(5).pointer(),
    matchConditions: list(ref<MatchCondition>(MatchCondition), 6).byKeys('name').mergeBy('name'),
    matchConstraints: ref<MatchResources>(MatchResources, 2),
    mutations: list(ref<Mutation>(Mutation), 4).atomic(),
    paramKind: ref<ParamKind>(ParamKind, 1),
    reinvocationPolicy: string(7),
    variables: list(ref<Variable>(Variable), 3).atomic(),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicySpec',
);
export interface MutatingAdmissionPolicySpec extends Infer<typeof MutatingAdmissionPolicySpec> {}

export const MutatingAdmissionPolicy = defineKind({
  group: 'admissionregistration.k8s.io',
  version: 'v1alpha1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  name: 'io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicy',
  fields: {
    spec: ref<MutatingAdmissionPolicySpec>(MutatingAdmissionPolicySpec, 2).alwaysThere(),
  },
});
export interface MutatingAdmissionPolicy extends Infer<typeof MutatingAdmissionPolicy> {}

export const ParamRef = object(
  () => ({
    name: string(1),
    namespace: string(2),
    parameterNotFoundAction: string(4).pointer(),
    selector: ref<LabelSelector>(LabelSelector, 3),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.ParamRef',
).atomic();
export interface ParamRef extends Infer<typeof ParamRef> {}

export const MutatingAdmissionPolicyBindingSpec = object(
  () => ({
    matchResources: ref<MatchResources>(MatchResources, 3),
    paramRef: ref<ParamRef>(ParamRef, 2),
    policyName: string(1),
  }),
  'io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicyBindingSpec',
);
export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof MutatingAdmissionPolicyBindingSpec> {}

export const MutatingAdmissionPolicyBinding = defineKind({
  group: 'admissionregistration.k8s.io',
  version: 'v1alpha1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  name: 'io.k8s.api.admissionregistration.v1alpha1.MutatingAdmissionPolicyBinding',
  fields: {
    spec: ref<MutatingAdmissionPolicyBindingSpec>(MutatingAdmissionPolicyBindingSpec, 2).alwaysThere(),
  },
});
export interface MutatingAdmissionPolicyBinding extends Infer<typeof MutatingAdmissionPolicyBinding> {}
