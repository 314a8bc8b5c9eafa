/** What must hold of every object before it is stored: its metadata, and what its kind or its schema asks. */
import {
  apiVersionOf,
  embeddedFaults,
  type FieldError,
  type Fields,
  faultsUnder,
  finalizerWarnings,
  invalid,
  invalidField,
  itemFaults,
  type Kind,
  type KubernetesObject,
  parseApiVersion,
  type SchemaNode,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateSchema,
} from '@pintle/machinery';
import { scaleFaults } from '../crd/scale-faults.js';
import { hasRules } from '../crd/validation-rules.js';
import type { Resource } from '../registry/resource.js';

export function faultsForCreate(resource: Resource, object: KubernetesObject): readonly FieldError[] {
  const { strategy } = resource.definition;
  if (isOther(resource, object)) return faultsOfOther(resource, object);
  validateFirst(resource, object);
  const own = strategy?.validateCreate?.(object, resource.kind) ?? [];
  const isTold = strategy?.judgesMetadataLast !== true || own.length === 0;
  return withRulesLeft(resource, [
    ...(isTold ? validateObjectMeta(object.metadata, metaRules(resource)) : []),
    ...own,
    ...(resource.custom ? customFaults(resource, object) : []),
  ]);
}

export function faultsForUpdate(
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  subresource: string | undefined,
): readonly FieldError[] {
  const { strategy } = resource.definition;
  if (isOther(resource, object)) return faultsOfOther(resource, object, old);
  if (subresource === undefined) validateFirst(resource, object);
  const own =
    subresource === undefined
      ? (changed: KubernetesObject, before: KubernetesObject) =>
          strategy?.validateUpdate?.(changed, before, resource.kind)
      : subresource === 'status'
        ? strategy?.validateStatusUpdate
        : strategy?.subresources?.[subresource]?.validateUpdate;
  return withRulesLeft(resource, [
    ...(object.metadata === old.metadata
      ? []
      : validateObjectMetaUpdate(object.metadata, old.metadata, {
          ...metaRules(resource),
          judgesPrefixAgain: subresource === undefined && !resource.custom && !prefixJudgedOnce.has(resource.kind.kind),
        })),
    ...(own?.call(strategy, object, old) ?? []),
    ...(resource.custom ? customFaults(resource, object, old, subresource) : []),
  ]);
}

const isOther = ({ custom, definition: { kind } }: Resource, object: KubernetesObject): boolean =>
  custom && (object.kind !== kind.kind || object.apiVersion !== apiVersionOf(kind));

/** Of an object of another kind or version nothing is told that hangs on its schema alone. */
function faultsOfOther(resource: Resource, object: KubernetesObject, old?: KubernetesObject): readonly FieldError[] {
  const { kind, apiVersion, definition } = resource;
  const { node } = kind.schema;
  return withRulesLeft(resource, [
    ...(object.kind === kind.kind ? [] : [invalidField('kind', object.kind, `must be ${kind.kind}`)]),
    ...(object.apiVersion === apiVersionOf(definition.kind)
      ? []
      : [invalidField('apiVersion', object.apiVersion, `must be ${apiVersion}`)]),
    ...embeddedFaults(node, object),
    ...itemFaults(node, object, old),
  ]);
}

/** By the version that is asked for, which need not be the one that is stored. */
function customFaults(
  resource: Resource,
  object: KubernetesObject,
  old?: KubernetesObject,
  subresource?: string,
): readonly FieldError[] {
  const { node } = resource.kind.schema;
  const served: Fields = { ...resource.fromStored(object) };
  const before: Fields | undefined = old && { ...resource.fromStored(old) };
  const isStatus = subresource === 'status';
  return [
    ...(isStatus ? statusFaults(node, served['status'], before?.['status']) : validateSchema(node, served, before)),
    ...scaleFaults(resource.kind, served, isStatus),
    ...(isStatus ? [] : embeddedFaults(node, served)),
    ...itemFaults(node, served, before),
  ];
}

/** A status that is written by itself is held to a schema of its own: in words a fault is told of as it stands there. */
function statusFaults({ properties }: SchemaNode, status: unknown, old: unknown): readonly FieldError[] {
  const node = properties?.['status'];
  return node === undefined || status === undefined ? [] : faultsUnder('status', validateSchema(node, status, old));
}

/** `sent` is what was asked for. Errors: `StatusError` Invalid, with a cause for each fault. */
export function requireFaultless(
  object: KubernetesObject,
  faults: readonly FieldError[],
  { apiVersion, kind }: KubernetesObject = object,
): void {
  if (faults.length === 0) return;
  const { group } = parseApiVersion(apiVersion);
  throw invalid({ group, kind }, object.metadata.name ?? '', faults);
}

function validateFirst({ definition }: Resource, object: KubernetesObject): void {
  const faults = definition.strategy?.validateFirst?.(object) ?? [];
  if (faults.length > 0) throw invalid(definition.kind, object.metadata.name ?? '', faults);
}

/** Faults that keep the rules of a schema from meaning anything. */
const blocking: readonly FieldError['type'][] = [
  ...(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong'] as const),
  ...(['FieldValueTooMany', 'FieldValueTypeInvalid'] as const),
];

export const hasBlocking = (faults: readonly FieldError[]): boolean =>
  faults.some(({ type }) => blocking.includes(type));

/** With a word on the rules of the schema, where it has some and they were not come to. */
function withRulesLeft({ custom, kind }: Resource, faults: readonly FieldError[]): readonly FieldError[] {
  if (!custom || !hasBlocking(faults) || !hasRules(kind.schema.node)) return faults;
  const detail =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [...faults, { type: 'FieldValueInvalid', field: '<nil>', badValue: null, detail }];
}

/** What a writer is told of an object that is taken. */
export const warningsOf = (
  { definition: { strategy }, custom }: Resource,
  object: KubernetesObject,
  old?: KubernetesObject,
): readonly string[] => [
  ...(custom ? finalizerWarnings(object.metadata, old?.metadata) : []),
  ...(strategy?.warnings?.(object, old) ?? []),
];

/** Groups of built-in kinds that take any finalizer. */
const anyFinalizer: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'policy',
]);

/** Events as they are of old have any, too; of the others their strategy speaks. */
const isEvent = ({ kind }: Kind) => kind === 'Event';

/** Built-in kinds whose updates take any prefix of names that can be part of a path. */
const prefixJudgedOnce: ReadonlySet<string> = new Set([
  ...['CSIDriver', 'CronJob', 'CustomResourceDefinition', 'Deployment', 'DeviceTaintRule', 'Event'],
  ...['HorizontalPodAutoscaler', 'Lease', 'LeaseCandidate', 'PodDisruptionBudget', 'PodTemplate', 'PriorityClass'],
  ...['ResourceQuota', 'ResourceSlice', 'ServiceCIDR', 'StorageVersion'],
]);

function metaRules(resource: Resource) {
  const nameErrors = resource.definition.strategy?.nameErrors;
  return {
    namespaced: resource.kind.scope === 'Namespaced',
    qualifiedFinalizers: !resource.custom && !anyFinalizer.has(resource.kind.group) && !isEvent(resource.kind),
    ...(nameErrors === undefined ? {} : { nameErrors: (name: string, prefix: boolean) => nameErrors(name, prefix) }),
  };
}
