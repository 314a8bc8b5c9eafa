/** APIServices: a version of a group, and the Service that serves it. */
import {
  clientMetadata,
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  type FieldError,
  formatErrors,
  formatTime,
  invalidField,
  noErrors,
  pathSegmentErrors,
  portNumberErrors,
  requiredErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { APIService } from '../apiregistration/v1/apiregistration.js';

function serviceErrors({ metadata, spec }: APIService): readonly FieldError[] {
  const { group = '', version = '', groupPriorityMinimum: groupPriority, versionPriority, service } = spec ?? {};
  const { caBundle, insecureSkipTLSVerify: insecure } = spec ?? {};
  const wanted = `${version}.${group}`;
  const rank = (value: number | undefined, field: string, max: number) =>
    value !== undefined && value > 0 && value <= max
      ? noErrors
      : [invalidField(`spec.${field}`, value ?? 0, `must be positive and less than ${max}`)];
  const errors = [
    ...(['generateName', 'name'] as const).flatMap((field) => {
      const { [field]: name = wanted } = metadata;
      const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
      const isTold = name !== '' && name !== wanted && pathSegmentErrors(name).length === 0;
      return isTold ? [invalidField(`metadata.${field}`, name, detail)] : [];
    }),
    ...(group === '' && version !== 'v1'
      ? [requiredField('spec.group', 'only v1 may have an empty group and it better be legacy kube')]
      : formatErrors(group, 'spec.group', dns1123SubdomainErrors)),
    ...dns1035LabelErrors(version).map((message) => invalidField('spec.version', version, message)),
    ...rank(groupPriority, 'groupPriorityMinimum', 20_000),
    ...rank(versionPriority, 'versionPriority', 1_000),
  ];
  const insecurely = (detail: string) => invalidField('spec.insecureSkipTLSVerify', true, detail);
  if (service === undefined)
    return [
      ...errors,
      ...(caBundle
        ? [invalidField('spec.caBundle', `${atob(caBundle).length} bytes`, 'local APIServices may not have a caBundle')]
        : noErrors),
      ...(insecure ? [insecurely('local APIServices may not have insecureSkipTLSVerify')] : noErrors),
    ];
  const { namespace, name: serviceName, port = 443 } = service;
  return [
    ...errors,
    ...(insecure && caBundle ? [insecurely('may not be true if caBundle is present')] : noErrors),
    ...requiredErrors(namespace, 'spec.service.namespace'),
    ...requiredErrors(serviceName, 'spec.service.name'),
    ...portNumberErrors(port).map((message) =>
      invalidField('spec.service.port', port, `port is not valid: ${message}`),
    ),
  ];
}

const isLocal = (nowMs: number) => ({
  type: 'Available',
  status: 'True',
  lastTransitionTime: formatTime(nowMs),
  reason: 'Local',
  message: 'Local APIServices are always available',
});

export const apiServiceStrategy: Strategy<APIService> = {
  statusKeeps: clientMetadata,
  nameErrors: (name) => pathSegmentErrors(name),
  // What is served here is there at once.
  prepareForCreate: (service, { nowMs }) =>
    service.spec?.service === undefined ? { ...service, status: { conditions: [isLocal(nowMs)] } } : service,
  validateCreate: serviceErrors,
  validateUpdate: serviceErrors,
};
