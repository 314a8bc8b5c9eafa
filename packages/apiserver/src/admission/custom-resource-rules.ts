/**
 * Holds custom resources to the CEL rules of their definition, and refuses definitions whose rules cannot be
 * compiled. The language is loaded with the first rule; from then on nobody waits for it.
 */
import { partPlaces } from '@pintle/api';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import {
  type FieldError,
  invalid,
  type Kind,
  type KubernetesObject,
  type SchemaNode,
  schemaFromOpenApi,
} from '@pintle/machinery';
import { hasPatterns } from '../crd/custom-kind.js';
import { ruleCostErrors } from '../crd/rule-costs.js';
import { brokenRules, type CelModule, compileRules, hasRules, type RuleNode } from '../crd/validation-rules.js';
import type { Resource } from '../registry/resource.js';
import type { AdmissionPlugin, AdmissionRequest } from './admission.js';

const definitions = 'customresourcedefinitions';

export interface CustomResourceRules extends AdmissionPlugin {
  /** Loads the language where one of these kinds has rules: what is known beforehand keeps nobody waiting. */
  prepare(kinds: readonly Kind[]): Promise<void>;
}

export function customResourceRules(): CustomResourceRules {
  /** By the schema of a kind; `null` where it has no rules. */
  const compiled = new WeakMap<SchemaNode, RuleNode | null>();
  const withRules = new WeakMap<SchemaNode, boolean>();
  let loaded: CelModule | undefined;

  const mayHaveRules = (schema: SchemaNode): boolean => {
    let found = withRules.get(schema);
    if (found === undefined) {
      found = hasRules(schema);
      withRules.set(schema, found);
    }
    return found;
  };
  const isDefinition = ({ kind }: Resource) => kind.plural === definitions && kind.group === 'apiextensions.k8s.io';

  const judge = (cel: CelModule, request: AdmissionRequest): void => {
    const { resource, object, old, name } = request;
    const faults = isDefinition(resource)
      ? uncompilable(cel, object as CustomResourceDefinition, old as CustomResourceDefinition | undefined)
      : broken(cel, request);
    if (faults.length > 0) throw invalid(resource.kind, object?.metadata.name ?? name, faults);
  };
  const broken = (cel: CelModule, { resource, object, old }: AdmissionRequest): readonly FieldError[] => {
    const { node: schema } = resource.kind.schema;
    let rules = compiled.get(schema);
    if (rules === undefined) {
      rules = compileRules(cel, schema, '').node ?? null;
      compiled.set(schema, rules);
    }
    return rules === null || object === undefined ? [] : brokenRules(cel, rules, object, old);
  };

  return {
    name: 'CustomResourceRules',
    async prepare(kinds) {
      if (kinds.some(({ schema }) => mayHaveRules(schema.node))) loaded = await import('@pintle/cel');
    },
    concerns({ operation, resource, subresource }) {
      if (operation !== 'CREATE' && operation !== 'UPDATE') return false;
      if (resource.custom) return mayHaveRules(resource.kind.schema.node);
      return isDefinition(resource) && subresource === undefined;
    },
    handles: ({ object }) => object !== undefined,
    validate(request) {
      if (loaded !== undefined) return judge(loaded, request);
      if (isDefinition(request.resource) && !definitionHasRules(request.object as CustomResourceDefinition)) return;
      return import('@pintle/cel').then((cel) => {
        loaded = cel;
        judge(cel, request);
      });
    },
  };
}

/** Each once, with where it is told of. */
function schemasOf({ spec }: CustomResourceDefinition) {
  const places = partPlaces(spec.versions);
  return spec.versions.flatMap(({ schema, name }, index) => {
    const [written, path] = [schema?.openAPIV3Schema, places[index]?.schema];
    return written === undefined || path === undefined ? [] : [{ written, name, path }];
  });
}

const definitionHasRules = (crd: CustomResourceDefinition): boolean =>
  hasPatterns(crd) || schemasOf(crd).some(({ written, path }) => hasRules(schemaFromOpenApi(written, path).node));

function uncompilable(
  cel: CelModule,
  crd: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  if (old !== undefined && JSON.stringify(old.spec) === JSON.stringify(crd.spec)) return [];
  return schemasOf(crd).flatMap(({ written, name, path }) => {
    const { node, errors } = schemaFromOpenApi(written, path, cel.linearPattern);
    const rules = compileRules(cel, node, path);
    const before = old?.spec.versions.find((version) => version.name === name)?.schema?.openAPIV3Schema;
    const isUnchanged = before !== undefined && JSON.stringify(before) === JSON.stringify(written);
    const faults = [...errors, ...rules.errors];
    if (faults.length > 0 || rules.node === undefined) return faults;
    return [...brokenDefaults(cel, rules.node, path), ...ruleCostErrors(cel, rules.node, path, isUnchanged)];
  });
}

/** Defaults that do not keep the rules of their own schema, when they are new and when they stay. */
function brokenDefaults(cel: CelModule, node: RuleNode, path: string): readonly FieldError[] {
  const { default: value } = node.schema;
  const broken = (old: unknown) =>
    brokenRules(cel, node, value as KubernetesObject, old as KubernetesObject | undefined, `${path}.default`);
  const fresh = value === undefined || value === null ? [] : broken(undefined);
  const own = fresh.length > 0 || value === undefined || value === null ? fresh : broken(value);
  return [
    ...own,
    ...(node.items === undefined ? [] : brokenDefaults(cel, node.items, `${path}.items`)),
    ...Object.entries(node.properties).flatMap(([name, child]) =>
      brokenDefaults(cel, child, `${path}.properties[${name}]`),
    ),
  ];
}
