/**
 * The selectors of a SubjectAccessReview: what is refused of them, and what is made of them. What cannot be made of them makes
 * the question wider, never narrower, and the answer says so. Pure.
 */
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  ResourceAttributes,
} from '@pintle/api/authorization/v1';
import {
  type FieldError,
  type FieldSelector,
  forbiddenField,
  invalidField,
  type LabelOperator,
  type LabelRequirement,
  labelNameErrors,
  labelValueErrors,
  parseFieldSelector,
  parseLabelSelector,
  requiredField,
} from '@pintle/machinery';

type SelectorAttributes = FieldSelectorAttributes | LabelSelectorAttributes;
type Requirement = NonNullable<SelectorAttributes['requirements']>[number];

const place = 'spec.resourceAttributes';

export function selectorErrors({ fieldSelector, labelSelector }: ResourceAttributes): readonly FieldError[] {
  return [
    ...attributesErrors(fieldSelector, `${place}.fieldSelector`, ({ key }, path) =>
      key ? [] : [required(`${path}.key`, 'must be specified')],
    ),
    ...attributesErrors(labelSelector, `${place}.labelSelector`, ({ key = '', values = [] }, path) => [
      ...labelNameErrors(key, `${path}.key`),
      ...values.flatMap((value, index) =>
        labelValueErrors(value).map((message) => invalidField(`${path}.values[${index}]`, value, message)),
      ),
    ]),
  ];
}

function attributesErrors(
  selector: SelectorAttributes | undefined,
  path: string,
  ofKind: (requirement: Requirement, path: string) => readonly FieldError[],
): readonly FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = '', requirements = [] } = selector;
  return [
    ...(rawSelector !== '' && requirements.length > 0
      ? [invalidField(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')]
      : []),
    ...(rawSelector === '' && requirements.length === 0
      ? [required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`)]
      : []),
    ...requirements.flatMap((requirement, index) => {
      const at = `${path}.requirements[${index}]`;
      const ofField = path.endsWith('fieldSelector');
      // An operator that is not known may be known to a newer client.
      const own = ofKind(requirement, at);
      const ofValues = valuesErrors(requirement, `${at}.values`);
      return ofField ? [...own, ...ofValues] : [...ofValues, ...own];
    }),
  ];
}

function valuesErrors({ operator, values = [] }: Requirement, path: string): readonly FieldError[] {
  if ((operator === 'In' || operator === 'NotIn') && values.length === 0)
    return [required(path, "must be specified when `operator` is 'In' or 'NotIn'")];
  if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0)
    return [forbiddenField(path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")];
  return [];
}

const required = (path: string, detail: string): FieldError => ({ ...requiredField(path), detail });

export interface AskedSelectors {
  readonly fieldSelector?: FieldSelector;
  readonly labelRequirements?: readonly LabelRequirement[];
  /** What was passed over, in upstream's words. */
  readonly passedOver: readonly string[];
}

export function askedSelectors({ fieldSelector, labelSelector }: ResourceAttributes): AskedSelectors {
  const fields = fieldsOf(fieldSelector);
  const labels = labelsOf(labelSelector);
  const told = (what: string, { kept, lost }: { readonly kept: number; readonly lost: boolean }) =>
    lost ? [`${place}.${what} ${kept > 0 ? 'partially ' : ''}ignored due to parse error`] : [];
  return {
    ...(fields.requirements.length === 0 ? {} : { fieldSelector: { requirements: fields.requirements } }),
    ...(labels.requirements.length === 0 ? {} : { labelRequirements: labels.requirements }),
    passedOver: [
      ...told('fieldSelector', { kept: fields.requirements.length, lost: fields.lost }),
      ...told('labelSelector', { kept: labels.requirements.length, lost: labels.lost }),
    ],
  };
}

function fieldsOf(asked: FieldSelectorAttributes | undefined): FieldSelector & { readonly lost: boolean } {
  if (asked?.rawSelector) {
    try {
      return { ...parseFieldSelector(asked.rawSelector), lost: false };
    } catch {
      return { requirements: [], lost: true };
    }
  }
  const all = asked?.requirements ?? [];
  const requirements = all.flatMap(({ key, operator, values = [] }): FieldSelector['requirements'] => {
    const [value, ...more] = values;
    if (value === undefined || more.length > 0 || (operator !== 'In' && operator !== 'NotIn')) return [];
    return [{ field: key, operator: operator === 'In' ? '=' : '!=', value }];
  });
  return { requirements, lost: requirements.length < all.length };
}

const operators: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

interface AskedLabels {
  readonly requirements: readonly LabelRequirement[];
  readonly lost: boolean;
}

function labelsOf(asked: LabelSelectorAttributes | undefined): AskedLabels {
  if (asked?.rawSelector) {
    try {
      return { requirements: parseLabelSelector(asked.rawSelector).requirements, lost: false };
    } catch {
      return { requirements: [], lost: true };
    }
  }
  const all = asked?.requirements ?? [];
  const requirements = all.flatMap(({ key, operator, values = [] }): AskedLabels['requirements'] =>
    Object.hasOwn(operators, operator) ? [{ key, operator: operators[operator]!, values }] : [],
  );
  return { requirements, lost: requirements.length < all.length };
}
