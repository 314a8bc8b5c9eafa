/** CustomResourceDefinitions: names that fit together, one stored version, and a deletion that empties the kind first. */
import {
  dns1035LabelErrors,
  type FieldError,
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
      },
    };
  },
  validateCreate: errorsOf,
  validateUpdate: (crd, old) => [
    ...errorsOf(crd),
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
  for (const [index, version] of versions.entries()) {
    const path = `spec.versions[${index}]`;
    if (version.schema?.openAPIV3Schema === undefined)
      errors.push(requiredField(`${path}.schema.openAPIV3Schema`, 'schemas are required'));
    else errors.push(...schemaFromOpenApi(version.schema.openAPIV3Schema, `${path}.schema.openAPIV3Schema`).errors);
  }
  return errors;
}
