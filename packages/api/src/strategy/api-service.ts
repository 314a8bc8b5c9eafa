/** APIServices: named by what they serve, with priorities within bounds, and a server that can be believed in one way only. */
import { type FieldError, invalidField, requiredField, type Strategy } from '@pintle/machinery';
import type { APIService } from '../apiregistration/v1/index.js';

const groupPriorityMax = 20_000;
const versionPriorityMax = 1_000;

function errorsOf({ metadata, spec }: APIService): readonly FieldError[] {
  const { group = '', version = '', groupPriorityMinimum = 0, versionPriority = 0, service } = spec ?? {};
  const errors: FieldError[] = [];
  const name = `${version}.${group}`;
  if (metadata.name !== name)
    errors.push(
      invalidField('metadata.name', metadata.name, `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(name)}`),
    );
  if (group === '' && version !== 'v1')
    errors.push(requiredField('spec.group', 'only v1 may have an empty group and it better be legacy kube'));
  if (version === '') errors.push(requiredField('spec.version'));
  if (groupPriorityMinimum <= 0 || groupPriorityMinimum > groupPriorityMax)
    errors.push(
      invalidField('spec.groupPriorityMinimum', groupPriorityMinimum, 'must be positive and less than 20000'),
    );
  if (versionPriority <= 0 || versionPriority > versionPriorityMax)
    errors.push(invalidField('spec.versionPriority', versionPriority, 'must be positive and less than 1000'));
  if (service === undefined) {
    if (spec?.caBundle)
      errors.push(invalidField('spec.caBundle', '(hidden)', 'local APIServices may not have a caBundle'));
    if (spec?.insecureSkipTLSVerify)
      errors.push(
        invalidField('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify'),
      );
    return errors;
  }
  if (!service.namespace) errors.push(requiredField('spec.service.namespace'));
  if (!service.name) errors.push(requiredField('spec.service.name'));
  if (spec?.insecureSkipTLSVerify && spec.caBundle)
    errors.push(invalidField('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present'));
  return errors;
}

export const apiServiceStrategy: Strategy<APIService> = {
  // As `v1.`, of the core group.
  nameErrors: (name) =>
    name === '.' || name === '..' || /[/%]/.test(name) ? [`may not be '${name}', nor contain '/' or '%'`] : [],
  validateCreate: errorsOf,
  validateUpdate: errorsOf,
};
