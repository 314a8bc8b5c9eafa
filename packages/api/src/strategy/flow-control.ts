/** FlowSchemas and PriorityLevelConfigurations: which requests wait for which others (flowcontrol validation). */
import {
  deepEqual,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  noErrors,
  notSupportedField,
  requiredErrors,
  requiredField,
  type Strategy,
  statusMetadata,
} from '@pintle/machinery';
import { mandatoryFlowSchemas, mandatoryPriorityLevels } from '../flowcontrol/mandatory.js';
import type {
  FlowSchema,
  LimitResponse,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
  Subject,
} from '../flowcontrol/v1/flowcontrol.js';
import { conditionTypeErrors, listWithStarErrors } from './rule-lists.js';
import { specChanged } from './workloads.js';

const exemptName = 'exempt';
const precedenceMax = 10_000;
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function flowErrors({ metadata: { name }, spec }: FlowSchema): readonly FieldError[] {
  const { matchingPrecedence: precedence = 0, distinguisherMethod, priorityLevelConfiguration, rules } = spec ?? {};
  const at = (detail: string) => invalidField('spec.matchingPrecedence', precedence, detail);
  const level = priorityLevelConfiguration?.name;
  return [
    ...(precedence <= 0 ? [at('must be a positive value')] : noErrors),
    ...(precedence > precedenceMax ? [at(`must not be greater than ${precedenceMax}`)] : noErrors),
    ...(precedence === 1 && name !== exemptName
      ? [at("only the schema named 'exempt' may have matchingPrecedence 1")]
      : noErrors),
    ...(distinguisherMethod === undefined || ['ByNamespace', 'ByUser'].includes(distinguisherMethod.type)
      ? noErrors
      : [notSupportedField('spec.distinguisherMethod.type', distinguisherMethod, ['ByNamespace', 'ByUser'])]),
    ...(level
      ? formatErrors(level, 'spec.priorityLevelConfiguration.name', dns1123SubdomainErrors)
      : [requiredField('spec.priorityLevelConfiguration.name', 'must reference a priority level')]),
    ...eachErrors(rules, 'spec.rules', ruleErrors),
    ...fixedErrors(name, spec, mandatoryFlowSchemas[name ?? '']),
  ];
}

/** Nobody changes what no cluster is without. */
const fixedErrors = (
  name = '',
  spec: object | undefined,
  fixed: object | undefined,
  but = '',
): readonly FieldError[] =>
  fixed === undefined || deepEqual(spec, fixed)
    ? noErrors
    : [invalidField('spec', spec, `spec of '${name}'${but} must equal the fixed value`)];

function ruleErrors(rule: PolicyRulesWithSubjects, path: string): readonly FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  return [
    ...requiredErrors(subjects, `${path}.subjects`, 'subjects must contain at least one value'),
    ...eachErrors(subjects, `${path}.subjects`, subjectErrors),
    ...(resourceRules.length + nonResourceRules.length === 0
      ? [requiredField(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')]
      : noErrors),
    ...eachErrors(resourceRules, `${path}.resourceRules`, resourceRuleErrors),
    ...eachErrors(nonResourceRules, `${path}.nonResourceRules`, nonResourceRuleErrors),
  ];
}

/** The field that goes with each kind of subject. */
const subjectFields = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' } as const;
const forbiddenOrder = ['ServiceAccount', 'User', 'Group'] as const;

function subjectErrors(subject: Subject, path: string): readonly FieldError[] {
  const kind = forbiddenOrder.find((known) => known === subject.kind);
  if (kind === undefined) return [notSupportedField(`${path}.kind`, subject.kind ?? '', Object.keys(subjectFields))];
  const field = subjectFields[kind];
  const named = subject[field];
  const others = forbiddenOrder.filter((other) => other !== kind && subject[subjectFields[other]] !== undefined);
  return [
    ...(named === undefined
      ? [requiredField(`${path}.${field}`, `${field} is required when subject kind is '${kind}'`)]
      : requiredErrors(named.name, `${path}.${field}.name`)),
    ...(subject.serviceAccount !== undefined && kind === 'ServiceAccount'
      ? accountErrors(subject.serviceAccount, `${path}.serviceAccount`)
      : noErrors),
    ...others.map((other) =>
      forbiddenField(
        `${path}.${subjectFields[other]}`,
        `${subjectFields[other]} is forbidden when subject kind is not '${other}'`,
      ),
    ),
  ];
}

const accountErrors = (
  { name, namespace }: NonNullable<Subject['serviceAccount']>,
  path: string,
): readonly FieldError[] => [
  ...(name === '*' ? noErrors : formatErrors(name, `${path}.name`, dns1123SubdomainErrors)),
  ...(namespace
    ? formatErrors(namespace, `${path}.namespace`, dns1123LabelErrors)
    : [requiredField(`${path}.namespace`, 'must specify namespace for service account')]),
];

function verbErrors(wanted: readonly string[] | undefined, path: string): readonly FieldError[] {
  const errors = listWithStarErrors(wanted, path, 'verbs must contain at least one value', 'verbs');
  if (errors.length > 0 || wanted?.includes('*')) return errors;
  return wanted?.every((verb) => verbs.includes(verb)) ? noErrors : [notSupportedField(path, wanted, verbs)];
}

function resourceRuleErrors(rule: ResourcePolicyRule, path: string): readonly FieldError[] {
  const { namespaces = [], clusterScope } = rule;
  const needed = (what: string) => `resource rules must supply at least one ${what}`;
  return [
    ...verbErrors(rule.verbs, `${path}.verbs`),
    ...listWithStarErrors(rule.apiGroups, `${path}.apiGroups`, needed('api group'), 'api groups'),
    ...listWithStarErrors(rule.resources, `${path}.resources`, needed('resource'), 'resources'),
    ...(namespaces.length === 0 && clusterScope
      ? noErrors
      : listWithStarErrors(
          namespaces,
          `${path}.namespaces`,
          'resource rules that are not cluster scoped must supply at least one namespace',
          'namespaces',
        )),
    ...(namespaces.includes('*')
      ? noErrors
      : eachErrors(namespaces, `${path}.namespaces`, (namespace, at) =>
          dns1123LabelErrors(namespace).map((message) =>
            invalidField(at, namespace, `each member of this list must be '*' or a DNS-1123 label; ${message}`),
          ),
        )),
  ];
}

function nonResourceRuleErrors({ verbs: wanted, nonResourceURLs: urls }: NonResourcePolicyRule, path: string) {
  const at = `${path}.nonResourceURLs`;
  return [
    ...verbErrors(wanted, `${path}.verbs`),
    ...listWithStarErrors(urls, at, 'nonResourceURLs must contain at least one value', 'non-resource URLs'),
    ...(urls?.includes('*')
      ? noErrors
      : eachErrors(urls, at, (url, place) => {
          const fault = urlFault(url);
          return fault === undefined ? noErrors : [invalidField(place, url, fault)];
        })),
  ];
}

function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined;
}

export const flowSchemaStrategy: Strategy<FlowSchema> = {
  statusKeeps: statusMetadata,
  generationChanged: specChanged,
  validateCreate: flowErrors,
  validateUpdate: flowErrors,
  validateStatusUpdate: ({ status }) => conditionTypeErrors(status?.conditions),
};

const percentErrors = (value: number | undefined, path: string): readonly FieldError[] =>
  value === undefined || (value >= 0 && value <= 100)
    ? noErrors
    : [invalidField(path, value, 'must be between 0 and 100, inclusive')];

const countErrors = (value: number | undefined, path: string, detail: string): readonly FieldError[] =>
  value === undefined || value >= 0 ? noErrors : [invalidField(path, value, detail)];

function allLevelErrors(level: PriorityLevelConfiguration): readonly FieldError[] {
  const { metadata, spec } = level;
  const { name = '' } = metadata;
  const fixed = mandatoryPriorityLevels[name];
  return [
    ...levelErrors(level),
    // Of the exempt level anybody may change the shares.
    ...(name === exemptName
      ? fixedErrors(name, { ...spec, exempt: fixed?.exempt }, fixed, " except the 'spec.exempt' field")
      : fixedErrors(name, spec, fixed)),
  ];
}

function levelErrors({ metadata: { name }, spec }: PriorityLevelConfiguration): readonly FieldError[] {
  const { type = '', limited, exempt } = spec ?? {};
  const errors =
    (name === exemptName) === (type === 'Exempt')
      ? noErrors
      : [invalidField('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'")];
  if (type === 'Exempt')
    return [
      ...errors,
      ...(limited === undefined
        ? noErrors
        : [forbiddenField('spec.limited', 'must be nil if the type is not Limited')]),
      ...shareErrors(exempt, 'spec.exempt'),
    ];
  if (type !== 'Limited') return [...errors, notSupportedField('spec.type', type, ['Exempt', 'Limited'])];
  return [
    ...errors,
    ...(limited === undefined
      ? [requiredField('spec.limited', 'must not be empty when type is Limited')]
      : [
          ...shareErrors(limited, 'spec.limited'),
          ...countErrors(
            limited.borrowingLimitPercent,
            'spec.limited.borrowingLimitPercent',
            'if specified, must be a non-negative integer',
          ),
          ...responseErrors(limited.limitResponse, 'spec.limited.limitResponse'),
        ]),
    ...(exempt === undefined ? noErrors : [forbiddenField('spec.exempt', 'must be nil if the type is Limited')]),
  ];
}

interface Shares {
  readonly nominalConcurrencyShares?: number;
  readonly lendablePercent?: number;
}

const shareErrors = (shares: Shares | undefined, path: string): readonly FieldError[] => [
  ...countErrors(
    shares?.nominalConcurrencyShares,
    `${path}.nominalConcurrencyShares`,
    'must be a non-negative integer',
  ),
  ...percentErrors(shares?.lendablePercent, `${path}.lendablePercent`),
];

function responseErrors(response: LimitResponse | undefined, path: string): readonly FieldError[] {
  const { type = '', queuing } = response ?? {};
  if (type === 'Reject')
    return queuing === undefined
      ? noErrors
      : [forbiddenField(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')];
  if (type !== 'Queue') return [notSupportedField(`${path}.type`, type, ['Queue', 'Reject'])];
  return queuing === undefined
    ? [requiredField(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')]
    : queuingErrors(queuing, `${path}.queuing`);
}

const queuesMax = 10_000_000;
const hashBits = 60;

function queuingErrors(
  { queues = 0, handSize = 0, queueLengthLimit = 0 }: QueuingConfiguration,
  path: string,
): readonly FieldError[] {
  const hand = (detail: string) => [invalidField(`${path}.handSize`, handSize, detail)];
  const positive = (value: number, field: string) =>
    value > 0 ? noErrors : [invalidField(`${path}.${field}`, value, 'must be positive')];
  return [
    ...positive(queueLengthLimit, 'queueLengthLimit'),
    ...(queues > queuesMax
      ? [invalidField(`${path}.queues`, queues, `must not be greater than ${queuesMax}`)]
      : positive(queues, 'queues')),
    ...(handSize <= 0
      ? positive(handSize, 'handSize')
      : handSize > queues
        ? hand(`should not be greater than queues (${queues})`)
        : Math.ceil(Math.log2(queues) * handSize) > hashBits
          ? hand(
              `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${hashBits}`,
            )
          : noErrors),
  ];
}

export const priorityLevelStrategy: Strategy<PriorityLevelConfiguration> = {
  statusKeeps: statusMetadata,
  generationChanged: specChanged,
  validateCreate: allLevelErrors,
  validateUpdate: allLevelErrors,
  validateStatusUpdate: ({ status }) => conditionTypeErrors(status?.conditions),
};
