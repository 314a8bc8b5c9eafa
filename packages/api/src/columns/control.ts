/** The columns of what says who may do what, what is let in, and in which order. */
import type { TableColumn } from '@pintle/machinery';
import type {
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../admissionregistration/v1/index.js';
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
} from '../admissionregistration/v1alpha1/index.js';
import type { APIService } from '../apiregistration/v1/index.js';
import type { ClusterTrustBundle } from '../certificates/v1beta1/index.js';
import type { FlowSchema, PriorityLevelConfiguration } from '../flowcontrol/v1/index.js';
import type { ClusterRoleBinding, RoleBinding, Subject } from '../rbac/v1/index.js';
import { certificateSigningRequestColumns } from './certificate-signing-request.js';
import { type AnyColumns, ageColumn, column, createdColumn, integer, nameColumn, numeral, wide } from './column.js';
import { selectorText } from './template.js';

const subjects = (all: readonly Subject[] | undefined, wanted: string): string =>
  (all ?? [])
    .filter(({ kind }) => kind === wanted)
    .map(({ namespace, name }) => (wanted === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');

const roleBinding: readonly TableColumn<RoleBinding | ClusterRoleBinding>[] = [
  nameColumn,
  column('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  wide('Users', ({ subjects: all }) => subjects(all, 'User')),
  wide('Groups', ({ subjects: all }) => subjects(all, 'Group')),
  wide('ServiceAccounts', ({ subjects: all }) => subjects(all, 'ServiceAccount')),
];

const webhooks: readonly TableColumn<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>[] = [
  nameColumn,
  integer('Webhooks', ({ webhooks: all }) => all?.length),
  ageColumn,
];

const paramKind = ({ spec }: ValidatingAdmissionPolicy | MutatingAdmissionPolicy): string =>
  spec?.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion}/${spec.paramKind.kind}`;

type PolicyBinding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** What names no namespace may be of the cluster, or of each namespace. */
const paramRef = ({ spec }: PolicyBinding): string => {
  const { name, namespace, selector } = spec?.paramRef ?? {};
  if (name) return `${namespace || '*'}/${name}`;
  return selector === undefined ? '<unset>' : selectorText(selector);
};

const policyBinding: readonly TableColumn<PolicyBinding>[] = [
  nameColumn,
  column('PolicyName', ({ spec }) => spec?.policyName ?? ''),
  column('ParamRef', paramRef),
  ageColumn,
];

const flowSchema: readonly TableColumn<FlowSchema>[] = [
  nameColumn,
  column('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration.name ?? ''),
  numeral('MatchingPrecedence', ({ spec }) => spec?.matchingPrecedence),
  column('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>'),
  ageColumn,
  column('MissingPL', ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?'),
];

/** Those that are tried first come first. */
export const flowSchemaOrder = (a: FlowSchema, b: FlowSchema): number =>
  (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0) ||
  (a.metadata.name! < b.metadata.name! ? -1 : 1);

const queuing = ({ spec }: PriorityLevelConfiguration) => spec?.limited?.limitResponse?.queuing;

const priorityLevel: readonly TableColumn<PriorityLevelConfiguration>[] = [
  nameColumn,
  column('Type', ({ spec }) => spec?.type ?? ''),
  column('NominalConcurrencyShares', ({ spec }) =>
    spec?.limited === undefined ? '<none>' : (spec.limited.nominalConcurrencyShares ?? 0),
  ),
  column('Queues', (object) => queuing(object)?.queues ?? '<none>'),
  column('HandSize', (object) => queuing(object)?.handSize ?? '<none>'),
  column('QueueLengthLimit', (object) => queuing(object)?.queueLengthLimit ?? '<none>'),
  ageColumn,
];

const available = ({ status }: APIService): string => {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (condition === undefined) return 'Unknown';
  return condition.status !== 'True' && condition.reason
    ? `${condition.status} (${condition.reason})`
    : condition.status;
};

export const controlColumns: Readonly<Record<string, AnyColumns>> = {
  'rbac.authorization.k8s.io/Role': [nameColumn, createdColumn],
  'rbac.authorization.k8s.io/ClusterRole': [nameColumn, createdColumn],
  'rbac.authorization.k8s.io/RoleBinding': roleBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': roleBinding,
  'certificates.k8s.io/CertificateSigningRequest': certificateSigningRequestColumns,
  'certificates.k8s.io/ClusterTrustBundle': [
    nameColumn,
    column<ClusterTrustBundle>('SignerName', ({ spec }) => spec.signerName || '<none>'),
  ],
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': [
    nameColumn,
    integer<ValidatingAdmissionPolicy>('Validations', ({ spec }) => spec?.validations?.length),
    column<ValidatingAdmissionPolicy>('ParamKind', paramKind),
    ageColumn,
  ],
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': [
    nameColumn,
    integer<MutatingAdmissionPolicy>('Mutations', ({ spec }) => spec?.mutations?.length),
    column<MutatingAdmissionPolicy>('ParamKind', paramKind),
    ageColumn,
  ],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': policyBinding,
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': policyBinding,
  'flowcontrol.apiserver.k8s.io/FlowSchema': flowSchema,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': priorityLevel,
  'apiextensions.k8s.io/CustomResourceDefinition': [nameColumn, createdColumn],
  'apiregistration.k8s.io/APIService': [
    nameColumn,
    column<APIService>('Service', ({ spec }) =>
      spec?.service === undefined ? 'Local' : `${spec.service.namespace}/${spec.service.name}`,
    ),
    column<APIService>('Available', available),
    ageColumn,
  ],
};
