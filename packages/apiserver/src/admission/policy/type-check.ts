/**
 * What is wrong with a policy's expressions for the kinds that it names: fields that there are not, types that do not fit.
 * Only told of, in the policy's status: a kind may come later, and have them.
 *
 * **Differs from Kubernetes**: the API server keeps the status of policies itself, where kube-controller-manager does.
 */
import { ValidatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1';
import type { CelEnvironment, CheckedType } from '@pintle/cel';
import type { Client } from '@pintle/client';
import type { StoreBackend } from '@pintle/contracts';
import { deepEqual, StatusError, type World } from '@pintle/machinery';
import type { CelModule } from '../../registry/cel-module.js';
import type { Resource } from '../../registry/resource.js';
import type { ResourceRegistry } from '../../registry/resource-registry.js';
import { ObjectCache } from '../../storage/object-cache.js';
import type { StoredObject } from '../../storage/stored-object.js';
import { authorizerLibrary, authorizerTypes } from './authorizer-library.js';
import { namespaceInCel, requestInCel } from './declared-types.js';
import { VariableTypes } from './policy-variables.js';

export interface ExpressionWarning {
  readonly fieldRef: string;
  readonly warning: string;
}

/** A policy that names more kinds is checked for these alone. */
const kindsMax = 10;

/** The kinds that a policy names one by one: what is meant by a star is not checked. */
export function namedKinds(registry: ResourceRegistry, { spec }: ValidatingAdmissionPolicy): readonly Resource[] {
  const found = new Set<Resource>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of spec?.matchConstraints?.resourceRules ?? [])
    for (const group of apiGroups)
      for (const version of apiVersions)
        for (const name of resources) {
          if ([group, version, name].some((text) => text.includes('*')) || name.includes('/')) continue;
          const resource = registry.byResource(group === '' ? version : `${group}/${version}`, name);
          if (resource !== undefined) found.add(resource);
        }
  return [...found].slice(0, kindsMax);
}

/** Pure. */
export function typeWarnings(
  cel: CelModule,
  { spec }: ValidatingAdmissionPolicy,
  kinds: readonly Resource[],
  params?: Resource,
): readonly ExpressionWarning[] {
  const libraries = [...cel.kubernetesLibraries, authorizerLibrary(cel)];
  const environments = kinds.map(({ apiVersion, kind }) => {
    const object = cel.typeOfSchema(kind.schema.node, kind.kind);
    const types = new VariableTypes(cel);
    const language = cel.celEnvironment({
      variables: {
        ...{ object, oldObject: object, variables: types.type, authorizer: authorizerTypes.authorizer },
        request: cel.typeOfSchema(requestInCel.node),
        namespaceObject: cel.typeOfSchema(namespaceInCel.node),
        ...(params === undefined ? {} : { params: cel.typeOfSchema(params.kind.schema.node, params.kind.kind) }),
      },
      libraries,
    });
    for (const { name, expression } of spec?.variables ?? []) types.add(name, typeIn(cel, language, expression));
    return { name: `${apiVersion}, Kind=${kind.kind}`, language };
  });
  const check = (expression: string | undefined, fieldRef: string): readonly ExpressionWarning[] => {
    const warnings = environments.flatMap(({ name, language }) => {
      try {
        if (expression) language.compile(expression);
        return [];
      } catch (error) {
        if (!(error instanceof cel.CelCompileError)) throw error;
        if (error instanceof cel.CelInstantiationError) return [];
        return [`${name}: ${error.message.replace(/^compilation failed: /, '')}\n`];
      }
    });
    return warnings.length === 0 ? [] : [{ fieldRef, warning: warnings.join('\n') }];
  };
  return (spec?.validations ?? []).flatMap(({ expression, messageExpression }, at) => [
    ...check(expression, `spec.validations[${at}].expression`),
    ...check(messageExpression, `spec.validations[${at}].messageExpression`),
  ]);
}

/** Undefined for an expression that is none: what names the variable is not told of it. */
function typeIn(cel: CelModule, language: CelEnvironment, expression: string): CheckedType | undefined {
  try {
    return language.compile(expression).type;
  } catch (error) {
    if (!(error instanceof cel.CelCompileError)) throw error;
    return error instanceof cel.CelInstantiationError ? error.type : undefined;
  }
}

/** What the policy's parameters are; undefined where it has none, or of a kind that is not known. */
const paramsOf = (registry: ResourceRegistry, { spec }: ValidatingAdmissionPolicy): Resource | undefined =>
  spec?.paramKind === undefined
    ? undefined
    : registry.byObject({ apiVersion: spec.paramKind.apiVersion ?? '', kind: spec.paramKind.kind ?? '' });

export interface PolicyStatusParts {
  readonly world: World;
  readonly backend: StoreBackend<StoredObject>;
  readonly client: Client;
  readonly registry: ResourceRegistry;
}

/** Keeps the status of all policies. */
export function policyStatus({ world, backend, client, registry }: PolicyStatusParts) {
  const tell = async (policy: ValidatingAdmissionPolicy): Promise<void> => {
    const warnings = typeWarnings(
      await import('@pintle/cel'),
      policy,
      namedKinds(registry, policy),
      paramsOf(registry, policy),
    );
    const status = {
      observedGeneration: policy.metadata.generation ?? 1,
      typeChecking: warnings.length === 0 ? {} : { expressionWarnings: warnings },
    };
    if (deepEqual(policy.status, status)) return;
    await client.patch(
      ValidatingAdmissionPolicy,
      { name: policy.metadata.name ?? '' },
      { type: 'merge', body: { status } },
      { subresource: 'status' },
    );
  };
  const cache = new ObjectCache(
    backend,
    '/registry/admissionregistration.k8s.io/validatingadmissionpolicies/',
    world.logger,
    ({ object, previous }) => {
      const policy = object as ValidatingAdmissionPolicy | undefined;
      if (policy === undefined || (previous as ValidatingAdmissionPolicy | undefined)?.spec === policy.spec) return;
      tell(policy).catch((error: unknown) => {
        if (!StatusError.is(error, 'NotFound'))
          world.logger.log('error', 'the status of a policy could not be written', {
            name: policy.metadata.name,
            error,
          });
      });
    },
  );
  return { start: () => cache.start(), stop: () => cache.stop() };
}
