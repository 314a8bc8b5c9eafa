/** Names of signers, as `example.com/name` (core validation of signer names). */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  invalidField,
  requiredField,
  tooLongField,
} from '@pintle/machinery';

const domainMax = 253;
const nameMax = 571;

export function signerNameErrors(name: string, field: string): readonly FieldError[] {
  if (name === '') return [requiredField(field)];
  const [domain = '', path, ...more] = name.split('/');
  if (path === undefined || more.length > 0)
    return [
      invalidField(field, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"),
    ];
  const errors: FieldError[] = [];
  if (domain.length > domainMax) errors.push(tooLongField(field, domain, domainMax));
  const labels = domain.split('.');
  errors.push(...firstFaulty(labels, dns1123LabelErrors).map((detail) => invalidField(field, domain, detail)));
  if (labels.length < 2)
    errors.push(invalidField(field, domain, 'should be a domain with at least two segments separated by dots'));
  errors.push(
    ...firstFaulty(path.split('.'), dns1123SubdomainErrors).map((detail) => invalidField(field, path, detail)),
  );
  if (name.length > nameMax) errors.push(tooLongField(field, name, nameMax));
  return errors;
}

/** What is wrong with the first label that anything is wrong with. */
function firstFaulty(labels: readonly string[], errorsOf: (label: string) => readonly string[]): readonly string[] {
  for (const label of labels) {
    const errors = errorsOf(label);
    if (errors.length > 0) return errors.map((detail) => `validating label ${JSON.stringify(label)}: ${detail}`);
  }
  return [];
}
