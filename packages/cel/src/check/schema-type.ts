/** The types of what schemas describe, as `celValueOf` makes it. What a schema says nothing of cannot be named. */
import type { SchemaNode } from '@pintle/machinery';
import { celFields, isDeclared, resolved } from '../json-values.js';
import {
  boolType,
  type CheckedType,
  durationType,
  dyn,
  intType,
  listOf,
  mapOf,
  objectNamed,
  textType,
  timestampType,
  typeNamed,
} from './checked-type.js';

/** `name` is what messages call the object, and with it what is in it. */
export const typeOfSchema = (schema: SchemaNode, name = 'object'): CheckedType => visibleType(schema, name) ?? dyn;

/** Whether expressions can see a value of the schema at all. */
export const isVisible = (schema: SchemaNode): boolean => visibleType(schema, '') !== undefined;

function visibleType(schema: SchemaNode, name: string): CheckedType | undefined {
  const node = resolved(schema);
  switch (node.type) {
    case 'boolean':
      return boolType;
    case 'integer':
      return intType;
    case 'number':
      return typeNamed('double');
    case 'intOrString':
      return dyn;
    case 'string':
      return typeOfText(node.format);
    case 'array': {
      const element = node.items === undefined ? undefined : visibleType(node.items, `${name}.@idx`);
      return element === undefined ? undefined : listOf(element);
    }
    case 'map': {
      if (node.values === undefined) return objectNamed(name, new Map());
      const value = visibleType(node.values, `${name}.@elem`);
      return value === undefined ? undefined : mapOf(textType, value);
    }
    case 'object':
      return typeOfObject(node, isDeclared(node) ? node.name! : name);
    default:
      return undefined;
  }
}

/** Fields are looked at when they are asked for, so that types may be recursive. */
function typeOfObject(node: SchemaNode, name: string): CheckedType {
  const { properties = {} } = node;
  const known = new Map<string, CheckedType | undefined>();
  return objectNamed(name, {
    get(field) {
      if (known.has(field)) return known.get(field);
      const property = celFields(properties, isDeclared(node)).get(field);
      const place = `${name}.${field}`;
      const type = property === undefined ? undefined : visibleType(properties[property]!, place);
      // What the server declares without a type is of any.
      const found = type ?? (property !== undefined && isDeclared(node) ? dyn : undefined);
      known.set(field, found);
      return found;
    },
  });
}

function typeOfText(format: string | undefined): CheckedType {
  switch (format) {
    case 'date-time':
    case 'micro-time':
    case 'date':
      return timestampType;
    case 'duration':
      return durationType;
    case 'byte':
      return typeNamed('bytes');
    default:
      return textType;
  }
}
