/** What in-tree plugins take as `args` in `pluginConfig`: fields, defaults and rules of kube-scheduler. */
import { NodeAffinity, type NodeSelectorTerm, TopologySpreadConstraint } from '@pintle/api/core/v1';
import {
  boolean,
  duplicateField,
  duration,
  type FieldError,
  forbiddenField,
  type Infer,
  int32,
  int64,
  invalidField,
  list,
  notSupportedField,
  object,
  parseGoDuration,
  qualifiedNameErrors,
  ref,
  requiredField,
  requirementErrors,
  type Schema,
  string,
} from '@pintle/machinery';
import type { ScoringStrategy } from '../plugins/resource-scorer.js';
import { configurationApiVersion } from './notation.js';

/** Fields that every args object may have. */
const typeMeta = { apiVersion: string(), kind: string() };

const ResourceSpec = object({ name: string().required(), weight: int64() });
const UtilizationShapePoint = object({ utilization: int32().default(0), score: int32().default(0) });
const cpuAndMemory = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
] as const;

const DefaultPreemptionArgs = object({
  ...typeMeta,
  minCandidateNodesPercentage: int32().default(10),
  minCandidateNodesAbsolute: int32().default(100),
});

const InterPodAffinityArgs = object({
  ...typeMeta,
  hardPodAffinityWeight: int32().default(1),
  ignorePreferredTermsOfExistingPods: boolean().default(false),
});

const NodeAffinityArgs = object({ ...typeMeta, addedAffinity: ref(NodeAffinity) });

const PodTopologySpreadArgs = object({
  ...typeMeta,
  defaultConstraints: list(ref<TopologySpreadConstraint>(TopologySpreadConstraint)),
  defaultingType: string(),
});

const NodeResourcesFitArgs = object({
  ...typeMeta,
  ignoredResources: list(string()),
  ignoredResourceGroups: list(string()),
  scoringStrategy: ref(
    object({
      type: string(),
      resources: list(ref(ResourceSpec)),
      requestedToCapacityRatio: ref(object({ shape: list(ref(UtilizationShapePoint)) })),
    }),
  ).default({ type: 'LeastAllocated' }),
});

const NodeResourcesBalancedAllocationArgs = object({
  ...typeMeta,
  resources: list(ref(ResourceSpec)),
});

const VolumeBindingArgs = object({
  ...typeMeta,
  bindTimeoutSeconds: int64().default(600),
  shape: list(ref(UtilizationShapePoint)),
});

const DynamicResourcesArgs = object({ ...typeMeta, filterTimeout: duration().default('10s') });

/** The args of one plugin: its notation, and what beside it must hold. */
export interface PluginArgs<S extends Schema<unknown, boolean>> {
  readonly schema: S;
  check(args: Infer<S>, path: string): readonly FieldError[];
  /** Defaults that a notation cannot say. */
  fill(args: Infer<S>): Infer<S>;
}

const argsOf = <S extends Schema<unknown, boolean>>(
  schema: S,
  check: (args: Infer<S>, path: string) => readonly FieldError[] = () => [],
  fill: (args: Infer<S>) => Infer<S> = (args) => args,
): PluginArgs<S> => ({ schema, check, fill });

/** As kube-scheduler fills it in: cpu and memory where nothing is named, and 1 for a weight that is missing or 0. */
function weighed(resources: readonly Infer<typeof ResourceSpec>[] = cpuAndMemory): Infer<typeof ResourceSpec>[] {
  return (resources.length === 0 ? cpuAndMemory : resources).map(({ name, weight }) => ({ name, weight: weight || 1 }));
}

/** By plugin. */
export const pluginArgs = {
  DefaultPreemption: argsOf(DefaultPreemptionArgs, (args, path) => {
    const { minCandidateNodesPercentage: percentage = 0, minCandidateNodesAbsolute: absolute = 0 } = args;
    const errors = [
      ...within(percentage, [0, 100], `${path}.minCandidateNodesPercentage`),
      ...(absolute < 0
        ? [invalidField(`${path}.minCandidateNodesAbsolute`, absolute, 'not in valid range [0, inf)')]
        : []),
    ];
    if (percentage === 0 && absolute === 0) {
      errors.push(
        invalidField(
          `${path}.minCandidateNodesPercentage`,
          percentage,
          'cannot be zero at the same time as minCandidateNodesAbsolute',
        ),
        invalidField(
          `${path}.minCandidateNodesAbsolute`,
          absolute,
          'cannot be zero at the same time as minCandidateNodesPercentage',
        ),
      );
    }
    return errors;
  }),
  InterPodAffinity: argsOf(InterPodAffinityArgs, ({ hardPodAffinityWeight = 1 }, path) =>
    within(hardPodAffinityWeight, [0, 100], `${path}.hardPodAffinityWeight`),
  ),
  NodeAffinity: argsOf(NodeAffinityArgs, ({ addedAffinity }, path) => {
    const at = `${path}.addedAffinity`;
    const required = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
    const preferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    return [
      ...required.flatMap((term, i) =>
        termErrors(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`),
      ),
      ...preferred.flatMap(({ preference }, i) =>
        termErrors(preference, `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`),
      ),
    ];
  }),
  PodTopologySpread: argsOf(PodTopologySpreadArgs, ({ defaultConstraints = [], defaultingType }, path) => {
    const errors: FieldError[] = [];
    const type = defaultingType || 'System';
    if (type !== 'System' && type !== 'List')
      errors.push(notSupportedField(`${path}.defaultingType`, type, ['List', 'System']));
    if (type === 'System' && defaultConstraints.length > 0)
      errors.push(invalidField(`${path}.defaultingType`, type, 'when .defaultConstraints are not empty'));
    const seen = new Set<string>();
    for (const [i, { maxSkew, topologyKey, whenUnsatisfiable, labelSelector }] of defaultConstraints.entries()) {
      const at = `${path}.defaultConstraints[${i}]`;
      if (maxSkew <= 0) errors.push(invalidField(`${at}.maxSkew`, maxSkew, 'not in valid range (0, inf)'));
      errors.push(...labelNameErrors(topologyKey, `${at}.topologyKey`));
      if (labelSelector !== undefined) {
        errors.push(
          forbiddenField(`${at}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod'),
        );
      }
      const id = `{${topologyKey}, ${whenUnsatisfiable}}`;
      if (seen.has(id)) errors.push(duplicateField(at, id));
      seen.add(id);
    }
    return errors;
  }),
  NodeResourcesFit: argsOf(
    NodeResourcesFitArgs,
    (args, path) => {
      const { ignoredResources = [], ignoredResourceGroups = [], scoringStrategy = {} } = args;
      const errors = ignoredResources.flatMap((name, i) => [
        ...labelNameErrors(name, `${path}.ignoredResources[${i}]`),
      ]);
      for (const [i, group] of ignoredResourceGroups.entries()) {
        const at = `${path}.ignoredResourceGroups[${i}]`;
        if (group.includes('/')) errors.push(invalidField(at, group, "resource group name can't contain '/'"));
        errors.push(...labelNameErrors(group, at));
      }
      const at = `${path}.scoringStrategy`;
      const { type = '', resources = [], requestedToCapacityRatio } = scoringStrategy;
      if (!strategies.includes(type)) errors.push(notSupportedField(`${at}.type`, type, strategies));
      for (const [i, { name, weight = 1 }] of resources.entries()) {
        if (weight <= 0 || weight > 100) {
          const detail = `resource weight of ${name} not in valid range (0, 100]`;
          errors.push(invalidField(`${at}.resources[${i}].weight`, weight, detail));
        }
      }
      const ratioAt = `${at}.requestedToCapacityRatio`;
      if (type === 'RequestedToCapacityRatio') {
        errors.push(
          ...(requestedToCapacityRatio === undefined
            ? [requiredField(ratioAt, 'must be specified when type is RequestedToCapacityRatio')]
            : shapeErrors(requestedToCapacityRatio.shape ?? [], `${ratioAt}.shape`)),
        );
      } else if (requestedToCapacityRatio !== undefined) {
        errors.push(forbiddenField(ratioAt, 'must be nil when type is not RequestedToCapacityRatio'));
      }
      return errors;
    },
    ({ scoringStrategy = {}, ...args }) => ({
      ...args,
      scoringStrategy: { ...scoringStrategy, resources: weighed(scoringStrategy.resources) },
    }),
  ),
  NodeResourcesBalancedAllocation: argsOf(
    NodeResourcesBalancedAllocationArgs,
    ({ resources = [] }, path) => {
      const seen = new Set<string>();
      return resources.flatMap(({ name, weight = 1 }, i) => {
        const at = `${path}.resources[${i}]`;
        const errors = seen.has(name) ? [duplicateField(`${at}.name`, name)] : [];
        seen.add(name);
        return weight === 1 ? errors : [...errors, invalidField(`${at}.weight`, weight, 'must be 1')];
      });
    },
    ({ resources, ...args }) => ({ ...args, resources: weighed(resources) }),
  ),
  VolumeBinding: argsOf(VolumeBindingArgs, ({ bindTimeoutSeconds = 0, shape }, path) => [
    ...(bindTimeoutSeconds < 0
      ? [
          invalidField(
            `${path}.bindTimeoutSeconds`,
            bindTimeoutSeconds,
            'invalid BindTimeoutSeconds, should not be a negative value',
          ),
        ]
      : []),
    ...(shape === undefined ? [] : shapeErrors(shape, `${path}.shape`)),
  ]),
  DynamicResources: argsOf(DynamicResourcesArgs, ({ filterTimeout = '' }, path) => {
    const timeoutMs = parseGoDuration(filterTimeout);
    return timeoutMs === undefined || timeoutMs < 0
      ? [invalidField(`${path}.filterTimeout`, filterTimeout, 'must be zero or positive')]
      : [];
  }),
} as const;

export type PluginWithArgs = keyof typeof pluginArgs;
/** The decoded `args` of an in-tree plugin, defaults filled in. */
export type ArgsOf<P extends PluginWithArgs> = Infer<(typeof pluginArgs)[P]['schema']>;

/** `apiVersion` and `kind` of args may be left out; where they are given they must be those of the plugin. */
export function argsTypeErrors(
  plugin: string,
  { apiVersion, kind }: { readonly apiVersion?: string; readonly kind?: string },
  path: string,
): readonly FieldError[] {
  return [
    ...(apiVersion === undefined || apiVersion === configurationApiVersion
      ? []
      : [notSupportedField(`${path}.apiVersion`, apiVersion, [configurationApiVersion])]),
    ...(kind === undefined || kind === `${plugin}Args`
      ? []
      : [invalidField(`${path}.kind`, kind, 'has to match plugin args')]),
  ];
}

const strategies: readonly string[] = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];

/** The strategy that checked args describe. */
export function scoringStrategyOf({ scoringStrategy = {} }: ArgsOf<'NodeResourcesFit'>): ScoringStrategy {
  const { type, resources = [], requestedToCapacityRatio } = scoringStrategy;
  if (type === 'RequestedToCapacityRatio') {
    const shape = (requestedToCapacityRatio?.shape ?? []).map(({ utilization = 0, score = 0 }) => ({
      utilization,
      score,
    }));
    return { type, resources, shape };
  }
  return { type: type as 'LeastAllocated' | 'MostAllocated', resources };
}

function within(value: number, [least, most]: readonly [number, number], path: string): FieldError[] {
  return value < least || value > most ? [invalidField(path, value, `not in valid range [${least}, ${most}]`)] : [];
}

function labelNameErrors(name: string, path: string): readonly FieldError[] {
  if (name === '') return [requiredField(path, 'can not be empty')];
  return qualifiedNameErrors(name).map((detail) => invalidField(path, name, detail));
}

function shapeErrors(shape: readonly Infer<typeof UtilizationShapePoint>[], path: string): readonly FieldError[] {
  if (shape.length === 0) return [requiredField(path, 'at least one point must be specified')];
  const unsorted = shape.findIndex(
    ({ utilization = 0 }, i) => i > 0 && (shape[i - 1]!.utilization ?? 0) >= utilization,
  );
  return [
    ...(unsorted < 0
      ? []
      : [
          invalidField(
            `${path}[${unsorted}].utilization`,
            shape[unsorted]!.utilization,
            'values must be sorted in increasing order',
          ),
        ]),
    ...shape.flatMap(({ utilization = 0, score = 0 }, i) => [
      ...within(utilization, [0, 100], `${path}[${i}].utilization`),
      ...within(score, [0, 10], `${path}[${i}].score`),
    ]),
  ];
}

const operators = { DoesNotExist: '!', Exists: 'exists', Gt: 'gt', In: 'in', Lt: 'lt', NotIn: 'notin' } as const;
const isOperator = (text: string): text is keyof typeof operators => Object.hasOwn(operators, text);

/** As kube-scheduler reads a term, which is not as the API server validates one. */
function termErrors({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, path: string): FieldError[] {
  const expressions = matchExpressions.flatMap(({ key, operator, values = [] }, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    return isOperator(operator)
      ? requirementErrors({ key, operator: operators[operator], values }, `${at}.`)
      : [notSupportedField(`${at}.operator`, operator, Object.keys(operators))];
  });
  const fields = matchFields.flatMap(({ key, operator, values = [] }, i) => {
    const at = `${path}.matchFields[${i}]`;
    const errors: FieldError[] = [];
    if (key !== 'metadata.name') errors.push(notSupportedField(`${at}.key`, key, ['metadata.name']));
    if (operator !== 'In' && operator !== 'NotIn')
      errors.push(notSupportedField(`${at}.operator`, operator, ['In', 'NotIn']));
    else if (values.length !== 1) errors.push(invalidField(`${at}.values`, values, 'must have one element'));
    return errors;
  });
  return [...expressions, ...fields];
}
