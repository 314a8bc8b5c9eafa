/**
 * What `pintle up --config FILE` reads: the options of the command as YAML or JSON, and images in all the forms that a
 * catalogue knows. The file is held against a JSON Schema by ajv. What the command line says as well goes before it.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { ImageCatalogue } from '@pintle/runtime-process';
import { Ajv, type ErrorObject } from 'ajv';
import { parse } from 'yaml';

/** Named as the options of the command are; folders are below the file's own. */
export interface UpConfiguration {
  readonly dataDir?: string;
  readonly inMemory?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly http2?: boolean;
  readonly nodes?: number;
  readonly runtime?: 'process' | 'simulated';
  readonly scheduler?: boolean;
  readonly controllers?: readonly string[];
  readonly kubeconfig?: string;
  readonly images?: ImageCatalogue;
}

const text = { type: 'string', minLength: 1 } as const;
const folder = {
  type: 'object',
  required: ['folder'],
  additionalProperties: false,
  properties: {
    folder: text,
    command: { type: 'array', items: { type: 'string' }, minItems: 1 },
    env: { type: 'object', additionalProperties: { type: 'string' } },
  },
} as const;
const ociLayout = {
  type: 'object',
  required: ['ociLayout'],
  additionalProperties: false,
  properties: { ociLayout: text, reference: text },
} as const;

export const upConfigurationSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'pintle up --config',
  type: 'object',
  additionalProperties: false,
  properties: {
    dataDir: text,
    inMemory: { type: 'boolean' },
    host: text,
    port: { type: 'integer', minimum: 0, maximum: 65_535 },
    http2: { type: 'boolean' },
    nodes: { type: 'integer', minimum: 0, maximum: 100_000 },
    runtime: { enum: ['process', 'simulated'] },
    scheduler: { type: 'boolean' },
    controllers: { type: 'array', items: text },
    kubeconfig: text,
    images: {
      type: 'object',
      additionalProperties: {
        if: { type: 'string' },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        then: { const: 'host' },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
        else: { if: { type: 'object', required: ['ociLayout'] }, then: ociLayout, else: folder },
      },
    },
  },
} as const;

/** Errors: one that names the file and everything that is wrong in it, each with its place. */
export async function upConfiguration(path: string): Promise<UpConfiguration> {
  const wrong = (words: string, cause?: unknown) => new Error(`--config ${path}: ${words}`, { cause });
  let value: unknown;
  try {
    value = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw wrong((error as Error).message, error);
  }
  const isConfiguration = new Ajv({ allErrors: true }).compile<UpConfiguration>(upConfigurationSchema);
  if (!isConfiguration(value)) throw wrong((isConfiguration.errors ?? []).flatMap(wordsOf).join('; '));
  return below(dirname(path), value);
}

function wordsOf({ keyword, instancePath, message, params }: ErrorObject): readonly string[] {
  // Says only that one of the others is wrong.
  if (keyword === 'if') return [];
  const place = instancePath === '' ? 'the file' : instancePath.slice(1).replaceAll('/', '.').replaceAll('~1', '/');
  const { additionalProperty, allowedValues, allowedValue } = params as Readonly<Record<string, unknown>>;
  if (additionalProperty !== undefined) return [`${place} has an unknown field "${additionalProperty}"`];
  const allowed = allowedValues ?? (allowedValue === undefined ? undefined : [allowedValue]);
  return [`${place} ${message}${allowed === undefined ? '' : `: ${(allowed as readonly unknown[]).join(', ')}`}`];
}

function below(base: string, configuration: UpConfiguration): UpConfiguration {
  const { dataDir, kubeconfig, images } = configuration;
  return {
    ...configuration,
    ...(dataDir === undefined ? {} : { dataDir: resolve(base, dataDir) }),
    ...(kubeconfig === undefined ? {} : { kubeconfig: resolve(base, kubeconfig) }),
    ...(images === undefined ? {} : { images: imagesBelow(base, images) }),
  };
}

const imagesBelow = (base: string, images: ImageCatalogue): ImageCatalogue =>
  Object.fromEntries(
    Object.entries(images).map(([name, source]) => {
      if (source === 'host') return [name, source];
      return 'folder' in source
        ? [name, { ...source, folder: resolve(base, source.folder) }]
        : [name, { ...source, ociLayout: resolve(base, source.ociLayout) }];
    }),
  );
