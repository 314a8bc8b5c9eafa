/** A container's environment: variables one by one, and from ConfigMaps and Secrets whole. */
import {
  dns1123SubdomainErrors,
  eachErrors,
  envVarNameErrors,
  type FieldError,
  formatErrors,
  invalidField,
  maskTrailingDash,
  noErrors,
  requiredFormatErrors,
} from '@pintle/machinery';
import type { EnvFromSource, EnvVar } from '../../core/v1/container.js';
import {
  fieldReferenceErrors,
  keyReferenceErrors,
  resourceReferenceErrors,
  variableFields,
} from './field-references.js';

export const variablesErrors = (variables: readonly EnvVar[] | undefined, path: string): readonly FieldError[] =>
  eachErrors(variables, path, (variable, at) => {
    const name = requiredFormatErrors(variable.name, `${at}.name`, envVarNameErrors);
    return variable.valueFrom === undefined ? name : [...name, ...valueFromErrors(variable, `${at}.valueFrom`)];
  });

function valueFromErrors({ value, valueFrom = {} }: EnvVar, path: string): readonly FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef].filter((one) => one !== undefined).length;
  const fault =
    count === 0
      ? 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'
      : value
        ? 'may not be specified when `value` is not empty'
        : count > 1
          ? 'may not have more than one field specified at a time'
          : undefined;
  return [
    ...(fieldRef === undefined ? noErrors : fieldReferenceErrors(fieldRef, `${path}.fieldRef`, variableFields)),
    ...(resourceFieldRef === undefined
      ? noErrors
      : resourceReferenceErrors(resourceFieldRef, `${path}.resourceFieldRef`, { inFile: false })),
    ...(configMapKeyRef === undefined ? noErrors : keyReferenceErrors(configMapKeyRef, `${path}.configMapKeyRef`)),
    ...(secretKeyRef === undefined ? noErrors : keyReferenceErrors(secretKeyRef, `${path}.secretKeyRef`)),
    ...(fault === undefined ? noErrors : [invalidField(path, '', fault)]),
  ];
}

/** As for a name that is to be made longer: it may end in `-`. */
const sourceNameErrors = (name: string) => dns1123SubdomainErrors(maskTrailingDash(name));

export const variableSourcesErrors = (
  sources: readonly EnvFromSource[] | undefined,
  path: string,
): readonly FieldError[] =>
  eachErrors(sources, path, ({ prefix, configMapRef, secretRef }, at) => [
    ...formatErrors(prefix, `${at}.prefix`, envVarNameErrors),
    ...(configMapRef === undefined
      ? noErrors
      : requiredFormatErrors(configMapRef.name, `${at}.configMapRef.name`, sourceNameErrors)),
    ...(secretRef === undefined
      ? noErrors
      : requiredFormatErrors(secretRef.name, `${at}.secretRef.name`, sourceNameErrors)),
    ...(configMapRef === undefined && secretRef === undefined
      ? [invalidField(path, '', 'must specify one of: `configMapRef` or `secretRef`')]
      : configMapRef !== undefined && secretRef !== undefined
        ? [invalidField(path, '', 'may not have more than one field specified at a time')]
        : noErrors),
  ]);
