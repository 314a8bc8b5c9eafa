/**
 * Label and field selectors of a request, compiled to one test of an object in the version that verbs work in.
 */
import { badRequest, type KubernetesObject, parseFieldSelector, parseLabelSelector } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';

export type Selected = (object: KubernetesObject) => boolean;

/** Undefined where everything is selected. Errors: `StatusError` BadRequest for what does not parse, or a field that can't be selected by. */
export function selection(
  resource: Resource,
  options: { readonly labelSelector?: string; readonly fieldSelector?: string },
): Selected | undefined {
  const byLabels = options.labelSelector ? labelTest(options.labelSelector) : undefined;
  const byFields = options.fieldSelector ? fieldTest(resource, options.fieldSelector) : undefined;
  if (byLabels === undefined) return byFields;
  if (byFields === undefined) return byLabels;
  return (object) => byLabels(object) && byFields(object);
}

/** Errors: `StatusError` BadRequest for what does not parse. */
export function checkSelectors({ labelSelector, fieldSelector }: Parameters<typeof selection>[1]): void {
  if (labelSelector) parsed(() => parseLabelSelector(labelSelector));
  if (fieldSelector) parsed(() => parseFieldSelector(fieldSelector));
}

function labelTest(text: string): Selected | undefined {
  const selector = parsed(() => parseLabelSelector(text));
  if (selector.isEverything) return undefined;
  const none = {};
  return (object) => selector.matches(object.metadata.labels ?? none);
}

function fieldTest(resource: Resource, text: string): Selected | undefined {
  const requirements = parsed(() => parseFieldSelector(text)).requirements;
  const tests = requirements.map(({ field, operator, value }) => {
    const read = fieldReader(resource, field);
    if (read === undefined) throw badRequest(unknownField(resource, field));
    const equal = operator !== '!=';
    return (object: KubernetesObject) => (read(object) === value) === equal;
  });
  return tests.length === 0 ? undefined : (object) => tests.every((test) => test(object));
}

/** Of kinds without fields of their own, in other words, and so of some that have them. */
function unknownField({ fields, custom, kind, apiVersion }: Resource, field: string): string {
  if (fields === undefined && !custom)
    return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
  if (kind.group === 'batch') return `field label ${JSON.stringify(field)} not supported for ${kind.kind}`;
  if (kind.group === 'resource.k8s.io')
    return `field label not supported for ${apiVersion}, Kind=${kind.kind}: ${field}`;
  return `field label not supported: ${field}`;
}

function fieldReader(resource: Resource, field: string): ((object: KubernetesObject) => string) | undefined {
  if (field === 'metadata.name') return (object) => object.metadata.name ?? '';
  if (field === 'metadata.namespace' && resource.kind.scope === 'Namespaced')
    return (object) => object.metadata.namespace ?? '';
  const own = resource.fields;
  if (own !== undefined && Object.hasOwn(own, field)) return own[field];
  if (resource.kind.selectableFields.includes(`.${field}`)) {
    const path = field.split('.');
    return (object) => {
      let at: unknown = resource.fromStored(object);
      for (const key of path) at = (at as Record<string, unknown> | undefined)?.[key];
      return at === undefined || at === null ? '' : String(at);
    };
  }
  return undefined;
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error), error);
  }
}
