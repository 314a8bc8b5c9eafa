/** CustomResourceDefinitions: names that fit together, one stored version, and a deletion that empties the kind first. */
import {
  dns1035LabelErrors,
  duplicateField,
  type FieldError,
  forbiddenField,
  formatTime,
  invalidField,
  notSupportedField,
  requiredField,
  type Strategy,
  schemaFromOpenApi,
} from '@pintle/machinery';
import type { CustomResourceDefinition } from '../apiextensions/v1/index.js';
import { specGeneration } from './workloads.js';

const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const customResourceDefinitionStrategy: Strategy<CustomResourceDefinition> = {
  ...(specGeneration as unknown as Strategy<CustomResourceDefinition>),
  defaults(crd) {
    const { names } = crd.spec;
    return {
      ...crd,
      spec: {
        ...crd.spec,
        names: {
          ...names,
          singular: names.singular || names.kind.toLowerCase(),
          listKind: names.listKind || `${names.kind}List`,
        },
        conversion: crd.spec.conversion ?? { strategy: 'None' },
      },
    };
  },
  validateCreate: (crd) => [...errorsOf(crd), ...approvalErrors(crd)],
  validateStatusUpdate: storedVersionErrors,
  validateUpdate: (crd, old) => [
    ...errorsOf(crd),
    ...storedVersionErrors(crd),
    ...(['group', 'scope'] as const).flatMap((field) =>
      crd.spec[field] === old.spec[field] ? [] : [invalidField(`spec.${field}`, crd.spec[field], 'field is immutable')],
    ),
  ],
  // The first deletion marks it, so that its objects can go before it does.
  holdsDeletion: ({ metadata }) => metadata.deletionTimestamp === undefined,
  markDeleted(crd) {
    const { finalizers = [], deletionTimestamp } = crd.metadata;
    const terminating = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResource deletion is in progress',
      lastTransitionTime: deletionTimestamp ?? formatTime(0),
    };
    const conditions = [...(crd.status?.conditions ?? []).filter(({ type }) => type !== 'Terminating'), terminating];
    return {
      ...crd,
      metadata: {
        ...crd.metadata,
        finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
      },
      status: { ...crd.status, conditions } as NonNullable<CustomResourceDefinition['status']>,
    };
  },
};

/** A version that objects may still lie in cannot go. */
function storedVersionErrors({ spec, status }: CustomResourceDefinition): readonly FieldError[] {
  const stored = status?.storedVersions ?? [];
  if (stored.length === 0) return [];
  const known = spec.versions.map(({ name }) => name);
  return stored.flatMap((version, index) =>
    known.includes(version)
      ? []
      : [
          invalidField(
            `status.storedVersions[${index}]`,
            version,
            `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
          ),
        ],
  );
}

const approvalAnnotation = 'api-approved.kubernetes.io';

/** Groups of the Kubernetes project are for kinds that it has approved. */
function approvalErrors({ spec, metadata }: CustomResourceDefinition): readonly FieldError[] {
  const owned = ['k8s.io', 'kubernetes.io'].some(
    (domain) => spec.group === domain || spec.group?.endsWith(`.${domain}`),
  );
  if (!owned || metadata.annotations?.[approvalAnnotation]) return [];
  const detail = `protected groups must have approval annotation "${approvalAnnotation}", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [requiredField(`metadata.annotations[${approvalAnnotation}]`, detail)];
}

function conversionErrors({ conversion, versions = [] }: CustomResourceDefinition['spec']): readonly FieldError[] {
  const { strategy = 'None', webhook } = conversion ?? {};
  const path = 'spec.conversion';
  if (strategy !== 'None' && strategy !== 'Webhook')
    return [notSupportedField(`${path}.strategy`, strategy, ['None', 'Webhook'])];
  if (strategy === 'None')
    return webhook === undefined
      ? []
      : [forbiddenField(`${path}.webhook`, 'should not be set when strategy is not set to Webhook')];
  const { url, service } = webhook?.clientConfig ?? {};
  const reviewVersions = webhook?.conversionReviewVersions ?? [];
  return [
    ...(webhook?.clientConfig === undefined
      ? [requiredField(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook')]
      : (url === undefined) === (service === undefined)
        ? [requiredField(`${path}.webhookClientConfig`, 'exactly one of url or service is required')]
        : []),
    ...(reviewVersions.some((version) => version === 'v1' || version === 'v1beta1')
      ? []
      : [invalidField(`${path}.conversionReviewVersions`, reviewVersions, 'must include at least one of v1, v1beta1')]),
    ...(versions.length > 0 ? [] : [requiredField('spec.versions')]),
  ];
}

function errorsOf(crd: CustomResourceDefinition): readonly FieldError[] {
  const { group, names, scope, versions = [] } = crd.spec;
  const errors: FieldError[] = [];
  if (!group) errors.push(requiredField('spec.group'));
  else if (group.split('.').length < 2)
    errors.push(invalidField('spec.group', group, 'should be a domain with at least one dot'));
  if (scope !== 'Cluster' && scope !== 'Namespaced')
    errors.push(notSupportedField('spec.scope', scope, ['Cluster', 'Namespaced']));
  if (crd.metadata.name !== `${names.plural}.${group}`)
    errors.push(invalidField('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  for (const message of dns1035LabelErrors(names.plural))
    errors.push(invalidField('spec.names.plural', names.plural, message));
  for (const message of dns1035LabelErrors(names.kind.toLowerCase()))
    errors.push(
      invalidField('spec.names.kind', names.kind, `may have mixed case, but should otherwise match: ${message}`),
    );
  if (names.listKind === names.kind)
    errors.push(invalidField('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.push(
      invalidField(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    );
  errors.push(...conversionErrors(crd.spec));
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    if (seen.has(version.name)) errors.push(duplicateField(`spec.versions[${index}].name`, version.name));
    seen.add(version.name);
    for (const message of dns1035LabelErrors(version.name))
      errors.push(invalidField(`spec.versions[${index}].name`, version.name, message));
    const path = `spec.versions[${index}]`;
    if (version.schema?.openAPIV3Schema === undefined)
      errors.push(requiredField(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
    else errors.push(...schemaFromOpenApi(version.schema.openAPIV3Schema, `${path}.schema.openAPIV3Schema`).errors);
  }
  return errors;
}
