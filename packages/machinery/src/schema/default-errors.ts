/**
 * Whether the defaults in the schema of a CustomResourceDefinition are values of it: of its types, within its bounds, with
 * no field that it does not know. Called when a definition is written.
 *
 * Deliberately not here: whether they keep the CEL rules.
 */
import type { FieldError } from '../status/field-error.js';
import { invalidField } from '../status/field-errors.js';
import { shownUntyped } from '../status/go-shown.js';
import { compileNormalizer } from './normalize.js';
import type { SchemaNode } from './schema.js';
import { embeddedFaults } from './structural-faults.js';
import { faultsUnder, validateSchema } from './validate.js';

/** `path` is where the schema is written; of the whole object, unless it says otherwise. */
export function defaultErrors(node: SchemaNode, path: string, isWhole = true): readonly FieldError[] {
  const { default: value } = node;
  return [
    ...(value === undefined || value === null ? [] : valueErrors(node, value, `${path}.default`, isWhole)),
    ...(node.items === undefined ? [] : defaultErrors(node.items, `${path}.items`, false)),
    ...Object.entries(node.properties ?? {}).flatMap(([key, property]) =>
      defaultErrors(property, `${path}.properties[${key}]`, false),
    ),
  ];
}

/** The whole is an object of the API, and says so. */
function valueErrors(written: SchemaNode, value: unknown, path: string, isWhole: boolean): readonly FieldError[] {
  const node = withoutDefaults(isWhole ? { ...written, embeddedResource: true } : written);
  const { unknownFields } = compileNormalizer(node, { mode: 'structural' })(value);
  if (unknownFields.length > 0) return [invalidField(path, shownUntyped(value), 'must not have unknown fields')];
  const embedded = embeddedFaults(node, value);
  return faultsUnder(path, embedded.length > 0 ? embedded : validateSchema(node, value));
}

/** A default has to be whole by itself: those of its fields are not filled in before it is judged. */
function withoutDefaults({ default: _default, ...node }: SchemaNode): SchemaNode {
  return {
    ...node,
    ...(node.items === undefined ? {} : { items: withoutDefaults(node.items) }),
    ...(node.values === undefined ? {} : { values: withoutDefaults(node.values) }),
    ...(node.properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(node.properties).map(([key, property]) => [key, withoutDefaults(property)]),
          ),
        }),
  };
}
