/** Leases and candidates for them: who holds what for how long, and who wants to. */
import {
  dns1123SubdomainErrors,
  type FieldError,
  forbiddenField,
  invalidField,
  noErrors,
  prefixedPathErrors,
  requiredErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { Lease } from '../coordination/v1/coordination.js';
import type { LeaseCandidate } from '../coordination/v1beta1/coordination.js';

const ownStrategy = 'OldestEmulationVersion';

/** Kubernetes' own strategy, or somebody's under their domain. */
const strategyErrors = (strategy: string, path: string): readonly FieldError[] =>
  strategy.includes('/')
    ? prefixedPathErrors(strategy, path)
    : strategy === ownStrategy
      ? noErrors
      : [invalidField(path, strategy, `must be one of ${ownStrategy} or a domain-prefixed path`)];

function leaseErrors({ spec = {} }: Lease): readonly FieldError[] {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions, strategy, preferredHolder } = spec;
  return [
    ...(seconds !== undefined && seconds <= 0
      ? [invalidField('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
      : noErrors),
    ...(transitions !== undefined && transitions < 0
      ? [invalidField('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : noErrors),
    ...(strategy === undefined ? noErrors : strategyErrors(strategy, 'spec.strategy')),
    ...(preferredHolder && !strategy
      ? [forbiddenField('spec.preferredHolder', 'may only be specified when `strategy` is defined')]
      : noErrors),
  ];
}

export const leaseStrategy: Strategy<Lease> = {
  validateCreate: leaseErrors,
  validateUpdate: leaseErrors,
};

function candidateErrors({ spec }: LeaseCandidate): readonly FieldError[] {
  const { leaseName = '', binaryVersion = '', emulationVersion, strategy } = spec ?? {};
  const isVersion = (text: string) => /^v?\d+\.\d+(\.\d+)?([-+].*)?$/.test(text);
  return [
    ...(leaseName === ''
      ? [requiredField('spec.leaseName')]
      : dns1123SubdomainErrors(leaseName).map((message) => invalidField('spec.leaseName', leaseName, message))),
    ...requiredErrors(binaryVersion, 'spec.binaryVersion'),
    ...(binaryVersion !== '' && !isVersion(binaryVersion)
      ? [invalidField('spec.binaryVersion', binaryVersion, 'must be a valid version')]
      : noErrors),
    ...(emulationVersion && !isVersion(emulationVersion)
      ? [invalidField('spec.emulationVersion', emulationVersion, 'must be a valid version')]
      : noErrors),
    ...(strategy ? strategyErrors(strategy, 'spec.strategy') : [requiredField('spec.strategy')]),
    ...(strategy === ownStrategy && !emulationVersion
      ? [requiredField('spec.emulationVersion', `must be specified when \`strategy\` is '${ownStrategy}'`)]
      : noErrors),
  ];
}

export const leaseCandidateStrategy: Strategy<LeaseCandidate> = {
  validateCreate: candidateErrors,
  validateUpdate: candidateErrors,
};
