/** Part of `flowcontrol/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, defineKind, type Infer, int32, list, object, ref, string, time } from '@pintle/machinery';

export const ExemptPriorityLevelConfiguration = object(
  () => ({
    lendablePercent: int32(2).pointer().default(0),
    nominalConcurrencyShares: int32(1).pointer().default(0),
  }),
  'io.k8s.api.flowcontrol.v1.ExemptPriorityLevelConfiguration',
);
export interface ExemptPriorityLevelConfiguration extends Infer<typeof ExemptPriorityLevelConfiguration> {}

export const FlowDistinguisherMethod = object(
  () => ({
    type: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod',
);
export interface FlowDistinguisherMethod extends Infer<typeof FlowDistinguisherMethod> {}

export const PriorityLevelConfigurationReference = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
);
export interface PriorityLevelConfigurationReference extends Infer<typeof PriorityLevelConfigurationReference> {}

export const NonResourcePolicyRule = object(
  () => ({
    nonResourceURLs: list(string(), 6).asSet().required(),
    verbs: list(string(), 1).asSet().required(),
  }),
  'io.k8s.api.flowcontrol.v1.NonResourcePolicyRule',
);
export interface NonResourcePolicyRule extends Infer<typeof NonResourcePolicyRule> {}

export const ResourcePolicyRule = object(
  () => ({
    apiGroups: list(string(), 2).asSet().required(),
    clusterScope: boolean(4),
    namespaces: list(string(), 5).asSet().orNull(),
    resources: list(string(), 3).asSet().required(),
    verbs: list(string(), 1).asSet().required(),
  }),
  'io.k8s.api.flowcontrol.v1.ResourcePolicyRule',
);
export interface ResourcePolicyRule extends Infer<typeof ResourcePolicyRule> {}

export const GroupSubject = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.GroupSubject',
);
export interface GroupSubject extends Infer<typeof GroupSubject> {}

export const ServiceAccountSubject = object(
  () => ({
    name: string(2).required(),
    namespace: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.ServiceAccountSubject',
);
export interface ServiceAccountSubject extends Infer<typeof ServiceAccountSubject> {}

export const UserSubject = object(
  () => ({
    name: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.UserSubject',
);
export interface UserSubject extends Infer<typeof UserSubject> {}

export const Subject = object(
  () => ({
    group: ref<GroupSubject>(GroupSubject, 3),
    kind: string(1).required(),
    serviceAccount: ref<ServiceAccountSubject>(ServiceAccountSubject, 4),
    user: ref<UserSubject>(UserSubject, 2),
  }),
  'io.k8s.api.flowcontrol.v1.Subject',
);
export interface Subject extends Infer<typeof Subject> {}

export const PolicyRulesWithSubjects = object(
  () => ({
    nonResourceRules: list(ref<NonResourcePolicyRule>(NonResourcePolicyRule), 3).atomic(),
    resourceRules: list(ref<ResourcePolicyRule>(ResourcePolicyRule), 2).atomic(),
    subjects: list(ref<Subject>(Subject), 1).atomic().required(),
  }),
  'io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects',
);
export interface PolicyRulesWithSubjects extends Infer<typeof PolicyRulesWithSubjects> {}

export const FlowSchemaSpec = object(
  () => ({
    distinguisherMethod: ref<FlowDistinguisherMethod>(FlowDistinguisherMethod, 3),
    matchingPrecedence: int32(2).default(1000),
    priorityLevelConfiguration: ref<PriorityLevelConfigurationReference>(PriorityLevelConfigurationReference, 1)
      .alwaysThere()
      .required(),
    rules: list(ref<PolicyRulesWithSubjects>(PolicyRulesWithSubjects), 4).atomic(),
  }),
  'io.k8s.api.flowcontrol.v1.FlowSchemaSpec',
);
export interface FlowSchemaSpec extends Infer<typeof FlowSchemaSpec> {}

export const FlowSchemaCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2),
    type: string(1),
  }),
  'io.k8s.api.flowcontrol.v1.FlowSchemaCondition',
);
export interface FlowSchemaCondition extends Infer<typeof FlowSchemaCondition> {}

export const FlowSchemaStatus = object(
  () => ({
    conditions: list(ref<FlowSchemaCondition>(FlowSchemaCondition), 1).byKeys('type').mergeBy('type'),
  }),
  'io.k8s.api.flowcontrol.v1.FlowSchemaStatus',
);
export interface FlowSchemaStatus extends Infer<typeof FlowSchemaStatus> {}

export const FlowSchema = defineKind({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.flowcontrol.v1.FlowSchema',
  fields: {
    spec: ref<FlowSchemaSpec>(FlowSchemaSpec, 2).alwaysThere(),
    status: ref<FlowSchemaStatus>(FlowSchemaStatus, 3).alwaysThere(),
  },
});
export interface FlowSchema extends Infer<typeof FlowSchema> {}

export const QueuingConfiguration = object(
  () => ({
    handSize: int32(2).default(8),
    queueLengthLimit: int32(3).default(50),
    queues: int32(1).default(64),
  }),
  'io.k8s.api.flowcontrol.v1.QueuingConfiguration',
);
export interface QueuingConfiguration extends Infer<typeof QueuingConfiguration> {}

export const LimitResponse = object(
  () => ({
    queuing: ref<QueuingConfiguration>(QueuingConfiguration, 2),
    type: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.LimitResponse',
);
export interface LimitResponse extends Infer<typeof LimitResponse> {}

export const LimitedPriorityLevelConfiguration = object(
  () => ({
    borrowingLimitPercent: int32(4).pointer(),
    lendablePercent: int32(3).pointer().default(0),
    limitResponse: ref<LimitResponse>(LimitResponse, 2).alwaysThere(),
    nominalConcurrencyShares: int32(1).pointer().default(30),
  }),
  'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration',
);
export interface LimitedPriorityLevelConfiguration extends Infer<typeof LimitedPriorityLevelConfiguration> {}

export const PriorityLevelConfigurationSpec = object(
  () => ({
    exempt: ref<ExemptPriorityLevelConfiguration>(ExemptPriorityLevelConfiguration, 3),
    limited: ref<LimitedPriorityLevelConfiguration>(LimitedPriorityLevelConfiguration, 2),
    type: string(1).required(),
  }),
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec',
);
export interface PriorityLevelConfigurationSpec extends Infer<typeof PriorityLevelConfigurationSpec> {}

export const PriorityLevelConfigurationCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2),
    type: string(1),
  }),
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationCondition',
);
export interface PriorityLevelConfigurationCondition extends Infer<typeof PriorityLevelConfigurationCondition> {}

export const PriorityLevelConfigurationStatus = object(
  () => ({
    conditions: list(ref<PriorityLevelConfigurationCondition>(PriorityLevelConfigurationCondition), 1)
      .byKeys('type')
      .mergeBy('type'),
  }),
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationStatus',
);
export interface PriorityLevelConfigurationStatus extends Infer<typeof PriorityLevelConfigurationStatus> {}

export const PriorityLevelConfiguration = defineKind({
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  fields: {
    spec: ref<PriorityLevelConfigurationSpec>(PriorityLevelConfigurationSpec, 2).alwaysThere(),
    status: ref<PriorityLevelConfigurationStatus>(PriorityLevelConfigurationStatus, 3).alwaysThere(),
  },
});
export interface PriorityLevelConfiguration extends Infer<typeof PriorityLevelConfiguration> {}
