/**
 * A container's environment: literals, ConfigMaps, Secrets, fields of the pod, resources, Services. Pure: what it
 * refers to is looked up before (`referencesOf` says what).
 */
import type { ConfigMap, Container, Pod, Secret, Service } from '@pintle/api/core/v1';
import { fromBase64 } from '@pintle/machinery';
import { expand } from './expansion.js';
import { fieldValue } from './field-ref.js';
import { type ResourceContext, resourceValue } from './resource-ref.js';
import { serviceVariables } from './service-environment.js';

/** A container's configuration can't be made: shown as `CreateContainerConfigError`. */
export class ContainerConfigError extends Error {
  readonly code = 'PINTLE_CONTAINER_CONFIG';
  readonly reason = 'CreateContainerConfigError';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ContainerConfigError';
  }
}

/** What is referred to, by name. Undefined: looked for, and not there. */
export interface ReferencedObjects {
  readonly configMaps: ReadonlyMap<string, ConfigMap | undefined>;
  readonly secrets: ReadonlyMap<string, Secret | undefined>;
}

export function referencesOf(container: Container): {
  readonly configMaps: readonly string[];
  readonly secrets: readonly string[];
} {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef?.name) configMaps.add(configMapRef.name);
    if (secretRef?.name) secrets.add(secretRef.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef?.name) configMaps.add(valueFrom.configMapKeyRef.name);
    if (valueFrom?.secretKeyRef?.name) secrets.add(valueFrom.secretKeyRef.name);
  }
  return { configMaps: [...configMaps], secrets: [...secrets] };
}

export interface EnvironmentContext extends ResourceContext {
  readonly pod: Pod;
  readonly objects: ReferencedObjects;
  /** Those of the pod's namespace, and `kubernetes`. */
  readonly services: readonly Service[];
  readonly podIP: string | undefined;
  readonly hostIP: string;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

/** In order of declaration, later ones last. Errors: `ContainerConfigError`. */
export function environmentOf(container: Container, context: EnvironmentContext): readonly EnvironmentVariable[] {
  const { pod, objects, services } = context;
  const fromServices = serviceVariables(services);
  const values = new Map<string, string>();
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data =
      configMapRef !== undefined
        ? configMapData(objects, configMapRef)
        : secretRef !== undefined
          ? secretData(objects, secretRef)
          : {};
    for (const key of Object.keys(data).sort()) values.set(`${prefix}${key}`, data[key]!);
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const lookup = (wanted: string) => values.get(wanted) ?? fromServices[wanted];
    const found = valueFrom === undefined ? expand(value ?? '', lookup) : sourceValue(valueFrom, container, context);
    if (found === undefined) continue;
    values.delete(name);
    values.set(name, found);
  }
  const result = [...values].map(([name, value]) => ({ name, value }));
  for (const [name, value] of Object.entries(fromServices)) {
    const linked = pod.spec?.enableServiceLinks !== false || name.startsWith('KUBERNETES_');
    if (linked && !values.has(name)) result.push({ name, value });
  }
  return result;
}

type Source = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>;

function sourceValue(
  { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef }: Source,
  container: Container,
  context: EnvironmentContext,
): string | undefined {
  const { objects, pod } = context;
  const namespace = pod.metadata.namespace;
  try {
    if (fieldRef !== undefined) return fieldValue(fieldRef.fieldPath, context);
    if (resourceFieldRef !== undefined) return resourceValue(resourceFieldRef, container, context);
  } catch (error) {
    throw new ContainerConfigError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (configMapKeyRef !== undefined) {
    const data = configMapData(objects, configMapKeyRef);
    const value = data[configMapKeyRef.key];
    if (value === undefined && configMapKeyRef.optional !== true)
      throw new ContainerConfigError(
        `couldn't find key ${configMapKeyRef.key} in ConfigMap ${namespace}/${configMapKeyRef.name}`,
      );
    return value;
  }
  if (secretKeyRef !== undefined) {
    const data = secretData(objects, secretKeyRef);
    const value = data[secretKeyRef.key];
    if (value === undefined && secretKeyRef.optional !== true)
      throw new ContainerConfigError(
        `couldn't find key ${secretKeyRef.key} in Secret ${namespace}/${secretKeyRef.name}`,
      );
    return value;
  }
  return undefined;
}

interface Reference {
  readonly name?: string;
  readonly optional?: boolean;
}

function configMapData(
  { configMaps }: ReferencedObjects,
  { name = '', optional }: Reference,
): Readonly<Record<string, string>> {
  const found = configMaps.get(name);
  if (found === undefined && optional !== true)
    throw new ContainerConfigError(`configmap ${JSON.stringify(name)} not found`);
  return found?.data ?? {};
}

function secretData(
  { secrets }: ReferencedObjects,
  { name = '', optional }: Reference,
): Readonly<Record<string, string>> {
  const found = secrets.get(name);
  if (found === undefined && optional !== true)
    throw new ContainerConfigError(`secret ${JSON.stringify(name)} not found`);
  return Object.fromEntries(
    Object.entries(found?.data ?? {}).map(([key, value]) => [key, new TextDecoder().decode(fromBase64(value))]),
  );
}
