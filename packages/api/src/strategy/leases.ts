/** Leases and candidates for them: who holds what for how long, and who wants to. */
import {
  configMapKeyErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  immutableField,
  invalidField,
  noErrors,
  notSupportedField,
  qualifiedNameErrors,
  requiredErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { Lease } from '../coordination/v1/coordination.js';
import type { LeaseCandidate } from '../coordination/v1beta1/coordination.js';

const ownStrategy = 'OldestEmulationVersion';

/** Kubernetes' own strategy, or somebody's under their domain; told of within the strategy, as if it had fields. */
const strategyErrors = (strategy: string): readonly FieldError[] =>
  strategy.includes('/')
    ? formatErrors(strategy, 'spec.strategy.strategy', qualifiedNameErrors)
    : strategy === ownStrategy
      ? noErrors
      : [notSupportedField('spec.strategy.strategy', strategy, [ownStrategy])];

function leaseErrors({ spec = {} }: Lease): readonly FieldError[] {
  const { leaseDurationSeconds: seconds, leaseTransitions: transitions, strategy, preferredHolder } = spec;
  return [
    ...(seconds !== undefined && seconds <= 0
      ? [invalidField('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
      : noErrors),
    ...(transitions !== undefined && transitions < 0
      ? [invalidField('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
      : noErrors),
    ...(strategy === undefined ? noErrors : strategyErrors(strategy)),
    ...(preferredHolder && !strategy
      ? [forbiddenField('spec.preferredHolder', 'may only be specified if `strategy` is defined')]
      : noErrors),
  ];
}

export const leaseStrategy: Strategy<Lease> = {
  validateCreate: leaseErrors,
  validateUpdate: leaseErrors,
};

const versionPattern = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[\da-zA-Z.-]+)?(\+[\da-zA-Z.-]+)?$/;

/** Its three numbers; undefined for what is no semantic version. */
const versionOf = (text: string): readonly number[] | undefined => versionPattern.exec(text)?.slice(1, 4).map(Number);

const noVersion = [0, 0, 0];

const versionErrors = (text: string | undefined, path: string): readonly FieldError[] =>
  text && versionOf(text) === undefined ? [invalidField(path, text, 'must be a valid semantic version')] : noErrors;

function isOlder(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && one[at]! < other[at]!;
}

function candidateErrors({ spec }: LeaseCandidate): readonly FieldError[] {
  const { leaseName = '', binaryVersion = '', emulationVersion = '', strategy = '' } = spec ?? {};
  // What cannot be read is as 0.0.0.
  const [binary, emulated] = [versionOf(binaryVersion) ?? noVersion, versionOf(emulationVersion) ?? noVersion];
  return [
    ...requiredErrors(leaseName, 'spec.leaseName'),
    ...versionErrors(emulationVersion, 'spec.emulationVersion'),
    ...requiredErrors(binaryVersion, 'spec.binaryVersion'),
    ...versionErrors(binaryVersion, 'spec.binaryVersion'),
    ...(binaryVersion && emulationVersion && isOlder(binary, emulated)
      ? [invalidField('spec.binaryVersion', binaryVersion, 'must be greater than or equal to `emulationVersion`')]
      : noErrors),
    ...(strategy === ownStrategy && emulated.every((part) => part === 0)
      ? [requiredField('spec.emulationVersion', `must be specified when \`strategy\` is '${ownStrategy}'`)]
      : noErrors),
    ...(strategy === '' ? [requiredField('spec.strategy')] : strategyErrors(strategy)),
  ];
}

export const leaseCandidateStrategy: Strategy<LeaseCandidate> = {
  nameErrors: configMapKeyErrors,
  validateCreate: candidateErrors,
  validateUpdate: (candidate, old) => [
    ...candidateErrors(candidate),
    ...(candidate.spec?.leaseName === old.spec?.leaseName
      ? noErrors
      : [immutableField('spec.leaseName', candidate.spec?.leaseName)]),
  ],
};
