/**
 * Holds custom resources to the CEL rules of their definition, and refuses definitions whose rules cannot be
 * compiled. The language is loaded with the first rule; from then on nobody waits for it.
 */
import { partPlaces } from '@pintle/api';
import type { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import {
  type Clock,
  deepEqual,
  defaultBuckets,
  type FieldError,
  formatFieldError,
  type Kind,
  type Metrics,
  type SchemaNode,
  schemaFromOpenApi,
} from '@pintle/machinery';
import { judgeByRules } from '../crd/broken-rules.js';
import { hasPatterns } from '../crd/custom-kind.js';
import { RuleCosts } from '../crd/rule-costs.js';
import { compileRules, hasRules, type RuleNode, ruleTexts } from '../crd/validation-rules.js';
import type { CelModule } from '../registry/cel-module.js';
import type { Resource } from '../registry/resource.js';
import { hasBlocking } from '../verbs/validation.js';
import type { AdmissionPlugin, AdmissionRequest } from './admission.js';

const definitions = 'customresourcedefinitions';

export interface CustomResourceRules extends AdmissionPlugin {
  /** Loads the language where one of these kinds has rules: what is known beforehand keeps nobody waiting. */
  prepare(kinds: readonly Kind[]): Promise<void>;
}

/** How long expressions take. */
export interface ExpressionTimes {
  now(): number;
  compiled(startMs: number): void;
  evaluated(startMs: number): void;
}

/** Under kube-apiserver's names. */
export function expressionTimes(metrics: Metrics, clock: Clock): ExpressionTimes {
  const histogram = (what: string, help: string) =>
    metrics.histogram({ name: `apiserver_cel_${what}_duration_seconds`, help, buckets: defaultBuckets }).with();
  const compilations = histogram('compilation', 'Seconds to compile the rules of a schema of custom resources.');
  const evaluations = histogram('evaluation', 'Seconds to judge a custom resource by its rules.');
  return {
    now: () => clock.monotonic(),
    compiled: (startMs) => compilations.observe((clock.monotonic() - startMs) / 1000),
    evaluated: (startMs) => evaluations.observe((clock.monotonic() - startMs) / 1000),
  };
}

export function customResourceRules(times: ExpressionTimes): CustomResourceRules {
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

  const judge = (cel: CelModule, request: AdmissionRequest, own: readonly FieldError[]): readonly FieldError[] => {
    const { resource, object, old } = request;
    return isDefinition(resource)
      ? definitionFaults(cel, object as CustomResourceDefinition, old as CustomResourceDefinition | undefined, own)
      : [...own, ...broken(cel, request)];
  };
  const broken = (cel: CelModule, { resource, object, old, warn }: AdmissionRequest): readonly FieldError[] => {
    const { node: schema } = resource.kind.schema;
    let rules = compiled.get(schema);
    if (rules === undefined) {
      const startMs = times.now();
      rules = compileRules(cel, schema, '').node ?? null;
      times.compiled(startMs);
      compiled.set(schema, rules);
    }
    if (rules === null) return [];
    // They are of the version that is written, which need not be the one that is stored.
    const served = object && resource.fromStored(object);
    const startMs = times.now();
    const { errors, warnings } = judgeByRules(cel, rules, served, old && resource.fromStored(old));
    times.evaluated(startMs);
    for (const fault of warnings) warn(formatFieldError(fault));
    return errors;
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
    faults(request, own) {
      const { resource, object } = request;
      if (object === undefined || (resource.custom && hasBlocking(own))) return own;
      if (loaded !== undefined) return judge(loaded, request, own);
      if (isDefinition(resource) && !definitionHasRules(object as CustomResourceDefinition)) return own;
      return import('@pintle/cel').then((cel) => {
        loaded = cel;
        return judge(cel, request, own);
      });
    },
  };
}

/** Each once, with where it is told of. */
function schemasOf({ spec }: CustomResourceDefinition) {
  const places = partPlaces(spec.versions);
  return spec.versions.flatMap(({ schema, name }, index) => {
    const [written, path] = [schema?.openAPIV3Schema, places[index]?.schema];
    return written === undefined || path === undefined ? [] : [{ written, name, index, path }];
  });
}

const definitionHasRules = (crd: CustomResourceDefinition): boolean =>
  hasPatterns(crd) || schemasOf(crd).some(({ written, path }) => hasRules(schemaFromOpenApi(written, path).node));

/** With what is wrong with the rules of each version after what else is wrong with its schema. */
function definitionFaults(
  cel: CelModule,
  crd: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
  own: readonly FieldError[],
): readonly FieldError[] {
  if (old !== undefined && deepEqual(old.spec, crd.spec)) return own;
  const stored = new Set(
    old === undefined
      ? []
      : schemasOf(old).flatMap(({ written, path }) => ruleTexts(schemaFromOpenApi(written, path).node)),
  );
  // Patterns are judged here as they will be read.
  const others = own.filter(({ field, detail }) => !(field.endsWith('.pattern') && detail.startsWith(noPattern)));
  return schemasOf(crd).reduce<readonly FieldError[]>((all, version) => {
    const before = old?.spec.versions.find(({ name }) => name === version.name)?.schema?.openAPIV3Schema;
    const isUnchanged = before !== undefined && deepEqual(before, version.written);
    const found = versionFaults(cel, version, others, stored, isUnchanged);
    const last = all.findLastIndex(({ field }) => (versionOf(field) ?? Infinity) <= version.index);
    return found.length === 0 ? all : [...all.slice(0, last + 1), ...found, ...all.slice(last + 1)];
  }, others);
}

const noPattern = 'must be a valid regular expression';

/** What all versions share is told of with the first. */
function versionOf(field: string): number | undefined {
  const found = /^spec\.versions\[(\d+)\]|^spec\.validation/.exec(field);
  return found === null ? undefined : Number(found[1] ?? 0);
}

function versionFaults(
  cel: CelModule,
  { written, path }: ReturnType<typeof schemasOf>[number],
  own: readonly FieldError[],
  stored: ReadonlySet<string>,
  isUnchanged: boolean,
): readonly FieldError[] {
  const { node, errors, isStructural } = schemaFromOpenApi(written, path, cel.linearPattern);
  const more = errors.filter(
    ({ field, detail }) => !own.some((each) => each.field === field && each.detail === detail),
  );
  const ofSchema = [...own, ...more].map(placeOf).filter((place) => isWithin(place, path));
  const hasFaultyDefault = ofSchema.some((place) => /\.default\b/.test(place));
  if (!isStructural || hasFaultyDefault) return more;
  const isFaulty = (at: string) => ofSchema.some((place) => isWithin(place, at));
  const costs = new RuleCosts(cel, isUnchanged);
  const rules = compileRules(cel, node, path, { stored, isFaulty, costs });
  if (rules.node === undefined) return more;
  const defaults = brokenDefaults(cel, rules.node, path);
  if (defaults.length > 0) return [...more, ...defaults];
  return [...more, ...rules.errors];
}

/** Where a fault is found: that a key of a list's items may be missing is one of the list. */
const placeOf = ({ field, type }: FieldError): string =>
  type === 'FieldValueRequired' ? field.replace(/\.items\.properties\[[^\]]+\]\.default$/, '') : field;

const isWithin = (field: string, path: string): boolean =>
  field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`);

/** Defaults that do not keep the rules of their own schema, when they stay and when they are new. */
function brokenDefaults(cel: CelModule, node: RuleNode, path: string): readonly FieldError[] {
  const { default: value } = node.schema;
  const broken = (old: unknown) => judgeByRules(cel, node, value, old, `${path}.default`).errors;
  const isThere = value !== undefined && value !== null;
  const staying = isThere ? broken(value) : [];
  const own = staying.length > 0 || !isThere ? staying : broken(undefined);
  return [
    ...own,
    ...(node.items === undefined ? [] : brokenDefaults(cel, node.items, `${path}.items`)),
    ...Object.entries(node.properties).flatMap(([name, child]) =>
      brokenDefaults(cel, child, `${path}.properties[${name}]`),
    ),
  ];
}
