/** Selectors of nodes, of pods and of volumes: what must hold of them. */
import {
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenErrors,
  invalidField,
  labelNameErrors,
  labelValueErrors,
  noErrors,
  requiredErrors,
  requiredField,
} from '@pintle/machinery';
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  TopologySelectorTerm,
} from '../../core/v1/reference.js';

export function nodeSelectorErrors({ nodeSelectorTerms }: NodeSelector, path: string): readonly FieldError[] {
  const at = `${path}.nodeSelectorTerms`;
  return nodeSelectorTerms === undefined || nodeSelectorTerms.length === 0
    ? [requiredField(at, 'must have at least one node selector term')]
    : eachErrors(nodeSelectorTerms, at, (term, place) => nodeTermErrors(term, place, { anyValues: false }));
}

/** `anyValues`: what is only preferred may name values that no label can have. */
export const nodeTermErrors = (
  { matchExpressions, matchFields }: NodeSelectorTerm,
  path: string,
  { anyValues }: { readonly anyValues: boolean },
): readonly FieldError[] => [
  ...eachErrors(matchExpressions, `${path}.matchExpressions`, (one, at) => requirementErrors(one, at, anyValues)),
  ...eachErrors(matchFields, `${path}.matchFields`, fieldRequirementErrors),
];

function requirementErrors(
  { key, operator, values = [] }: NodeSelectorRequirement,
  path: string,
  anyValues: boolean,
): readonly FieldError[] {
  const at = `${path}.values`;
  return [
    ...(operator === 'In' || operator === 'NotIn'
      ? requiredErrors(values, at, "must be specified when `operator` is 'In' or 'NotIn'")
      : operator === 'Exists' || operator === 'DoesNotExist'
        ? forbiddenErrors(values, at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
        : operator === 'Gt' || operator === 'Lt'
          ? values.length === 1
            ? noErrors
            : [requiredField(at, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
          : [invalidField(`${path}.operator`, operator, 'not a valid selector operator')]),
    ...labelNameErrors(key, `${path}.key`),
    ...(anyValues
      ? noErrors
      : eachErrors(values, at, (value, place) =>
          labelValueErrors(value).map((message) => invalidField(place, value, message)),
        )),
  ];
}

/** Of a node's fields only its name can be asked for. */
function fieldRequirementErrors(
  { key, operator, values = [] }: NodeSelectorRequirement,
  path: string,
): readonly FieldError[] {
  return [
    ...(operator !== 'In' && operator !== 'NotIn'
      ? [invalidField(`${path}.operator`, operator, 'not a valid selector operator')]
      : values.length === 1
        ? noErrors
        : [
            requiredField(
              `${path}.values`,
              "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
            ),
          ]),
    ...(key === 'metadata.name'
      ? eachErrors(values, `${path}.values`, (value, at) =>
          dns1123SubdomainErrors(value).map((message) => invalidField(at, value, message)),
        )
      : [invalidField(`${path}.key`, key, 'not a valid field selector key')]),
  ];
}

/** Where a class of storage allows volumes. */
export function topologyTermErrors(
  { matchLabelExpressions }: TopologySelectorTerm,
  path: string,
): readonly FieldError[] {
  const keys = new Set<string>();
  return eachErrors(matchLabelExpressions, `${path}.matchLabelExpressions`, ({ key, values }, at) => {
    const seen = new Set<string>();
    const errors = [
      ...requiredErrors(values, `${at}.values`),
      ...eachErrors(values, `${at}.values`, (value, place) => {
        const again = seen.has(value);
        seen.add(value);
        return again ? [duplicateField(place, value)] : noErrors;
      }),
      ...labelNameErrors(key, `${at}.key`),
      ...(keys.has(key) ? [duplicateField(`${at}.key`, key)] : noErrors),
    ];
    keys.add(key);
    return errors;
  });
}
