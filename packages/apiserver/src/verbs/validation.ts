/** What must hold of every object before it is stored: its metadata, and what its kind or its schema asks. */
import {
  type FieldError,
  invalid,
  type KubernetesObject,
  validateObjectMeta,
  validateObjectMetaUpdate,
  validateSchema,
} from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

/** Errors: `StatusError` Invalid, with a cause for each fault. */
export function validateForCreate(resource: Resource, object: KubernetesObject): void {
  const { strategy } = resource.definition;
  const faults: FieldError[] = [
    ...validateObjectMeta(object.metadata, metaRules(resource)),
    ...(strategy?.validateCreate?.(object) ?? []),
    ...(resource.custom ? validateSchema(resource.kind.schema.node, object) : []),
  ];
  if (faults.length > 0) throw invalid(resource.kind, object.metadata.name ?? '', faults);
}

export function validateForUpdate(
  resource: Resource,
  object: KubernetesObject,
  old: KubernetesObject,
  subresource: string | undefined,
): void {
  const { strategy } = resource.definition;
  const own =
    subresource === undefined
      ? strategy?.validateUpdate
      : subresource === 'status'
        ? strategy?.validateStatusUpdate
        : strategy?.subresources?.[subresource]?.validateUpdate;
  const faults: FieldError[] = [
    ...(object.metadata === old.metadata
      ? []
      : [
          ...validateObjectMeta(object.metadata, metaRules(resource)),
          ...validateObjectMetaUpdate(object.metadata, old.metadata),
        ]),
    ...(own?.call(strategy, object, old) ?? []),
    ...(resource.custom ? validateSchema(resource.kind.schema.node, object, old) : []),
  ];
  if (faults.length > 0) throw invalid(resource.kind, object.metadata.name ?? '', faults);
}

function metaRules(resource: Resource) {
  const nameErrors = resource.definition.strategy?.nameErrors;
  return {
    namespaced: resource.kind.scope === 'Namespaced',
    ...(nameErrors === undefined ? {} : { nameErrors: (name: string, prefix: boolean) => nameErrors(name, prefix) }),
  };
}
