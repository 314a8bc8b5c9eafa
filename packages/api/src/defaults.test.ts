/**
 * Which fields have a default of their own: upstream's OpenAPI says so of those that are optional. Where the reference folder
 * is present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolve, type SchemaNode } from '@pintle/machinery';
import { builtinResources } from './index.js';

const folder = join(process.env['PINTLE_REFERENCE'] ?? resolvePath('../shared/kubernetes'), 'openapi', 'v3');
const present = existsSync(folder);
if (!present) process.stdout.write('skipped: the reference folder with the OpenAPI documents is not there\n');

/** Told of there, and of no effect: what is empty is left out of objects, or filled in by its own kind. */
const withoutEffect = new Set(
  [
    ...['ConfigMapEnvSource', 'ConfigMapKeySelector', 'ConfigMapProjection', 'ConfigMapVolumeSource'].map(nameOf),
    ...['SecretEnvSource', 'SecretKeySelector', 'SecretProjection', 'LocalObjectReference'].map(nameOf),
    'core.v1.ReplicationControllerSpec.minReadySeconds',
    'resource.v1beta1.DeviceRequest.deviceClassName',
    'flowcontrol.v1.FlowSchemaSpec.matchingPrecedence',
    ...['handSize', 'queueLengthLimit', 'queues'].map((field) => `flowcontrol.v1.QueuingConfiguration.${field}`),
  ].map((field) => `io.k8s.api.${field}`),
);
function nameOf(kind: string): string {
  return `core.v1.${kind}.name`;
}

interface Theirs {
  readonly properties?: Readonly<Record<string, { readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

type Defaults = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

function upstreamDefaults(): Defaults {
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const file of readdirSync(folder)) {
    const { components } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      components?: { schemas?: Readonly<Record<string, Theirs>> };
    };
    for (const [name, { properties = {}, required = [] }] of Object.entries(components?.schemas ?? {}))
      found.set(
        name,
        Object.fromEntries(
          Object.entries(properties).flatMap(([key, { default: value }]) =>
            value === undefined ||
            required.includes(key) ||
            withoutEffect.has(`${name}.${key}`) ||
            JSON.stringify(value) === '{}'
              ? []
              : [[key, value]],
          ),
        ),
      );
  }
  return found;
}

function ourDefaults(): Defaults {
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  const visit = (place: SchemaNode | undefined) => {
    if (place === undefined) return;
    const node = resolve(place);
    const { properties = {}, name } = node;
    if (name !== undefined) {
      if (found.has(name)) return;
      found.set(name, Object.fromEntries(Object.entries(properties).map(([key, { default: value }]) => [key, value])));
    }
    for (const child of Object.values(properties)) visit(child);
    visit(node.items);
    visit(node.values);
  };
  for (const { kind, versions = [] } of builtinResources()) {
    visit(kind.schema.node);
    for (const version of versions) visit(version.kind.schema.node);
  }
  return found;
}

(present ? describe : describe.skip)('fields with defaults', () => {
  it('are those of upstream', () => {
    const ours = ourDefaults();
    const differing = [...upstreamDefaults()].flatMap(([name, fields]) =>
      ours.has(name)
        ? Object.entries(fields).flatMap(([key, wanted]) => {
            const value = ours.get(name)![key];
            return JSON.stringify(value) === JSON.stringify(wanted) ? [] : [{ field: `${name}.${key}`, wanted, value }];
          })
        : [],
    );
    expect(differing).toEqual([]);
  });
});
