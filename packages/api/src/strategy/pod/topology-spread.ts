/** How evenly pods are to be spread: what must hold of it. */
import {
  choiceErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  invalidField,
  labelSelectorErrors,
  noErrors,
  notSupportedField,
  requiredErrors,
} from '@pintle/machinery';
import type { TopologySpreadConstraint } from '../../core/v1/affinity.js';
import { spreadKeyErrors } from './affinity.js';

const actions = ['DoNotSchedule', 'ScheduleAnyway'];
const policies = ['Honor', 'Ignore'];
const positive = 'must be greater than zero';

export const topologySpreadErrors = (
  constraints: readonly TopologySpreadConstraint[] | undefined,
  path: string,
): readonly FieldError[] =>
  eachErrors(constraints, path, (constraint, at, index) => {
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint;
    const repeated = constraints!
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    return [
      ...(maxSkew > 0 ? noErrors : [invalidField(`${at}.maxSkew`, maxSkew ?? 0, positive)]),
      ...requiredErrors(topologyKey, `${at}.topologyKey`, 'can not be empty'),
      ...(actions.includes(whenUnsatisfiable)
        ? noErrors
        : [notSupportedField(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', actions)]),
      ...(repeated
        ? [duplicateField(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`)]
        : noErrors),
      ...minDomainsErrors(minDomains, `${at}.minDomains`, whenUnsatisfiable),
      ...choiceErrors(constraint.nodeAffinityPolicy, `${at}.nodeAffinityPolicy`, policies),
      ...choiceErrors(constraint.nodeTaintsPolicy, `${at}.nodeTaintsPolicy`, policies),
      ...spreadKeyErrors(constraint.matchLabelKeys, `${at}.matchLabelKeys`, labelSelector),
      ...labelSelectorErrors(labelSelector, `${at}.labelSelector`),
    ];
  });

function minDomainsErrors(count: number | undefined, path: string, action: string): readonly FieldError[] {
  if (count === undefined) return noErrors;
  return [
    ...(count > 0 ? noErrors : [invalidField(path, count, positive)]),
    ...(action === 'DoNotSchedule'
      ? noErrors
      : [invalidField(path, count, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`)]),
  ];
}
