/**
 * Whether the defaults in the schema of a CustomResourceDefinition are values of it: of its types, within its bounds, with
 * no field that it does not know. Called when a definition is written.
 *
 * Deliberately not here: whether they keep the CEL rules.
 */
import type { FieldError } from '../status/field-error.js';
import { invalidField, requiredField } from '../status/field-errors.js';
import { compileNormalizer } from './normalize.js';
import type { SchemaNode } from './schema.js';
import { typeError } from './type-errors.js';
import { validateSchema } from './validate.js';

/** `path` is where the schema is written; of the whole object, unless it says otherwise. */
export function defaultErrors(node: SchemaNode, path: string, isWhole = true): readonly FieldError[] {
  const at = `${path}.default`;
  const typeless = isWhole || node.embeddedResource === true ? typeMetaErrors(node.default, at) : [];
  return [
    ...(node.default === undefined || node.default === null
      ? []
      : typeless.length > 0
        ? typeless
        : valueErrors(node, node.default, at)),
    ...(node.items === undefined ? [] : defaultErrors(node.items, `${path}.items`, false)),
    ...Object.entries(node.properties ?? {}).flatMap(([key, property]) =>
      defaultErrors(property, `${path}.properties[${key}]`, false),
    ),
  ];
}

/** What is an object of the API has to say of which kind it is. */
const typeMetaErrors = (value: unknown, path: string): readonly FieldError[] =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? []
    : ['apiVersion', 'kind']
        .filter((field) => !Object.hasOwn(value, field))
        .map((field) => requiredField(`${path}.${field}`));

function valueErrors(written: SchemaNode, value: unknown, path: string): readonly FieldError[] {
  const node = withoutDefaults(written);
  const { unknownFields, errors } = compileNormalizer(node, { mode: 'structural' })(value);
  if (unknownFields.length > 0) return [invalidField(path, value, 'must not have unknown fields')];
  // In words a fault is told of as it stands within the default.
  const faults = errors.length > 0 ? errors.map((fault) => typeError(fault, fault.field)) : validateSchema(node, value);
  return faults.map((fault) => ({ ...fault, field: joined(path, fault.field === '<nil>' ? '' : fault.field) }));
}

const joined = (path: string, field: string): string =>
  field === '' || field.startsWith('[') ? `${path}${field}` : `${path}.${field}`;

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
