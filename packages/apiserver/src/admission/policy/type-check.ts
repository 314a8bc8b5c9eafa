/**
 * What is wrong with a policy's expressions for the kinds that it names: fields that there are not, types that do not fit.
 * Only told of, in the policy's status: a kind may come later, and have them.
 */
import { ValidatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1';
import type { Client } from '@pintle/client';
import type { StoreBackend } from '@pintle/contracts';
import { deepEqual, StatusError, type World } from '@pintle/machinery';
import type { Resource } from '../../registry/resource.js';
import type { ResourceRegistry } from '../../registry/resource-registry.js';
import { ObjectCache } from '../../storage/object-cache.js';
import type { StoredObject } from '../../storage/stored-object.js';
import { authorizerLibrary, authorizerTypes } from './authorizer-library.js';
import type { CelModule } from './policy-language.js';

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
): readonly ExpressionWarning[] {
  const any = { name: 'any' };
  const environments = kinds.map(({ apiVersion, kind }) => {
    const object = cel.typeOfSchema(kind.schema.node);
    const variables = { object, oldObject: object, request: any, params: any, namespaceObject: any, variables: any };
    const libraries = [...cel.kubernetesLibraries, authorizerLibrary];
    return {
      name: `${apiVersion}, Kind=${kind.kind}`,
      language: cel.celEnvironment({ variables: { ...variables, ...authorizerTypes }, libraries }),
    };
  });
  const check = (expression: string | undefined, fieldRef: string): readonly ExpressionWarning[] => {
    const warnings = environments.flatMap(({ name, language }) => {
      try {
        if (expression) language.compile(expression);
        return [];
      } catch (error) {
        if (!(error instanceof cel.CelCompileError)) throw error;
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

export interface PolicyStatusParts {
  readonly world: World;
  readonly backend: StoreBackend<StoredObject>;
  readonly client: Client;
  readonly registry: ResourceRegistry;
}

/** Keeps the status of all policies. */
export function policyStatus({ world, backend, client, registry }: PolicyStatusParts) {
  const tell = async (policy: ValidatingAdmissionPolicy): Promise<void> => {
    const warnings = typeWarnings(await import('@pintle/cel'), policy, namedKinds(registry, policy));
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
