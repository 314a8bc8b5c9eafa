/** Part of `admissionregistration/v1beta1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { Condition, defineKind, type Infer, int64, LabelSelector, list, object, ref, string } from '@pintle/machinery';

export const AuditAnnotation = object(
  () => ({
    key: string(1).required(),
    valueExpression: string(2).required(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.AuditAnnotation',
);
export interface AuditAnnotation extends Infer<typeof AuditAnnotation> {}

export const ExpressionWarning = object(
  () => ({
    fieldRef: string(2).required(),
    warning: string(3).required(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.ExpressionWarning',
);
export interface ExpressionWarning extends Infer<typeof ExpressionWarning> {}

export const MatchCondition = object(
  () => ({
    expression: string(2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.MatchCondition',
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
  'io.k8s.api.admissionregistration.v1beta1.NamedRuleWithOperations',
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
  'io.k8s.api.admissionregistration.v1beta1.MatchResources',
).atomic();
export interface MatchResources extends Infer<typeof MatchResources> {}

export const ParamKind = object(
  () => ({
    apiVersion: string(1),
    kind: string(2),
  }),
  'io.k8s.api.admissionregistration.v1beta1.ParamKind',
).atomic();
export interface ParamKind extends Infer<typeof ParamKind> {}

export const ParamRef = object(
  () => ({
    name: string(1),
    namespace: string(2),
    parameterNotFoundAction: string(4).pointer(),
    selector: ref<LabelSelector>(LabelSelector, 3),
  }),
  'io.k8s.api.admissionregistration.v1beta1.ParamRef',
).atomic();
export interface ParamRef extends Infer<typeof ParamRef> {}

export const TypeChecking = object(
  () => ({
    expressionWarnings: list(ref<ExpressionWarning>(ExpressionWarning), 1).atomic(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.TypeChecking',
);
export interface TypeChecking extends Infer<typeof TypeChecking> {}

export const Validation = object(
  () => ({
    expression: string(1).required(),
    message: string(2),
    messageExpression: string(4),
    reason: string(3).pointer(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.Validation',
);
export interface Validation extends Infer<typeof Validation> {}

export const Variable = object(
  () => ({
    expression: string(2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.Variable',
).atomic();
export interface Variable extends Infer<typeof Variable> {}

export const ValidatingAdmissionPolicySpec = object(
  () => ({
    auditAnnotations: list(ref<AuditAnnotation>(AuditAnnotation), 5).atomic(),
    failurePolicy: string(4).pointer(),
    matchConditions: list(ref<MatchCondition>(MatchCondition), 6).byKeys('name').mergeBy('name'),
    matchConstraints: ref<MatchResources>(MatchResources, 2),
    paramKind: ref<ParamKind>(ParamKind, 1),
    validations: list(ref<Validation>(Validation), 3).atomic(),
    variables: list(ref<Variable>(Variable), 7).byKeys('name').mergeBy('name'),
  }),
  'io.k8s.api.admissionregistration.v1beta1.ValidatingAdmissionPolicySpec',
);
export interface ValidatingAdmissionPolicySpec extends Infer<typeof ValidatingAdmissionPolicySpec> {}

export const ValidatingAdmissionPolicyStatus = object(
  () => ({
    conditions: list(ref<Condition>(Condition), 3).byKeys('type'),
    observedGeneration: int64(1),
    typeChecking: ref<TypeChecking>(TypeChecking, 2),
  }),
  'io.k8s.api.admissionregistration.v1beta1.ValidatingAdmissionPolicyStatus',
);
export interface ValidatingAdmissionPolicyStatus extends Infer<typeof ValidatingAdmissionPolicyStatus> {}

export const ValidatingAdmissionPolicy = defineKind({
  group: 'admissionregistration.k8s.io',
  version: 'v1beta1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.admissionregistration.v1beta1.ValidatingAdmissionPolicy',
  fields: {
    spec: ref<ValidatingAdmissionPolicySpec>(ValidatingAdmissionPolicySpec, 2).alwaysThere(),
    status: ref<ValidatingAdmissionPolicyStatus>(ValidatingAdmissionPolicyStatus, 3).alwaysThere(),
  },
});
export interface ValidatingAdmissionPolicy extends Infer<typeof ValidatingAdmissionPolicy> {}

export const ValidatingAdmissionPolicyBindingSpec = object(
  () => ({
    matchResources: ref<MatchResources>(MatchResources, 3),
    paramRef: ref<ParamRef>(ParamRef, 2),
    policyName: string(1),
    validationActions: list(string(), 4).asSet(),
  }),
  'io.k8s.api.admissionregistration.v1beta1.ValidatingAdmissionPolicyBindingSpec',
);
export interface ValidatingAdmissionPolicyBindingSpec extends Infer<typeof ValidatingAdmissionPolicyBindingSpec> {}

export const ValidatingAdmissionPolicyBinding = defineKind({
  group: 'admissionregistration.k8s.io',
  version: 'v1beta1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  name: 'io.k8s.api.admissionregistration.v1beta1.ValidatingAdmissionPolicyBinding',
  fields: {
    spec: ref<ValidatingAdmissionPolicyBindingSpec>(ValidatingAdmissionPolicyBindingSpec, 2).alwaysThere(),
  },
});
export interface ValidatingAdmissionPolicyBinding extends Infer<typeof ValidatingAdmissionPolicyBinding> {}
