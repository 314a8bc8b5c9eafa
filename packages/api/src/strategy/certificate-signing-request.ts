/**
 * CertificateSigningRequests: asked once, by whom the server says; approved or denied by `approval` alone, issued or
 * failed by `status` alone, and none of that is taken back.
 *
 * **Differs from Kubernetes**: what the server itself writes into a request is accounted for, too.
 */
import {
  deepEqual,
  duplicateField,
  type FieldError,
  forbiddenField,
  formatTime,
  invalidField,
  notSupportedField,
  requiredField,
  type Strategy,
  shownBytes,
} from '@pintle/machinery';
import { certificateEnd, parseEncodedRequest, signers, textOfBase64 } from '../certificate-request/index.js';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../certificates/v1/certificates.js';
import { signerNameErrors } from './signer-name.js';

type Condition = CertificateSigningRequestCondition;

const usages = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];
const verdicts = ['Approved', 'Denied'];
const lasting = [...verdicts, 'Failed'];
const secondsMin = 600;

export const certificateSigningRequestStrategy: Strategy<CertificateSigningRequest> = {
  unrecorded: {
    '': ['spec', 'status'],
    status: ['spec', 'status.conditions'],
    approval: ['spec', 'status.certificate'],
  },
  nameErrors: () => [],
  prepareForCreate({ status: _status, ...request }, { user }) {
    const { username: _name, uid: _uid, groups: _groups, extra: _extra, ...spec } = request.spec;
    return {
      ...request,
      spec: {
        ...spec,
        username: user.name,
        ...(user.uid === undefined ? {} : { uid: user.uid }),
        groups: user.groups,
        ...(user.extra === undefined ? {} : { extra: user.extra }),
      },
      status: {},
    };
  },
  prepareForUpdate: (request, { spec }) => ({ ...request, spec }),
  prepareForStatusUpdate: (request, old, { nowMs }) =>
    withConditions(request, keepVerdicts(request.status?.conditions ?? [], old), old, nowMs),
  validateCreate: (request) => requestErrors(request),
  validateUpdate: (request, old) => [...requestErrors(request, old), ...conditionErrors(request, old, false)],
  validateStatusUpdate: (request, old) => [
    ...requestErrors(request, old),
    ...conditionErrors(request, old, false),
    ...certificateErrors(request, old),
  ],
  subresources: {
    approval: {
      prepareForUpdate(request, old, { nowMs }) {
        const approved = { ...old, metadata: request.metadata };
        return withConditions(approved, request.status?.conditions ?? [], old, nowMs);
      },
      validateUpdate: (request, old) => [...requestErrors(request, old), ...conditionErrors(request, old, true)],
    },
  },
};

/** Of a status update, verdicts stay as they were. */
const keepVerdicts = (
  conditions: readonly Condition[],
  { status }: CertificateSigningRequest,
): readonly Condition[] => {
  const isVerdict = ({ type }: Condition) => verdicts.includes(type);
  const kept = (status?.conditions ?? []).filter(isVerdict);
  const known = conditions.map((condition) => kept.find(({ type }) => type === condition.type) ?? condition);
  const missing = kept.filter(({ type }) => !conditions.some((condition) => condition.type === type));
  return [...known, ...missing];
};

/** The times that a client leaves out are the server's to tell. */
function withConditions(
  request: CertificateSigningRequest,
  conditions: readonly Condition[],
  { status }: CertificateSigningRequest,
  nowMs: number,
): CertificateSigningRequest {
  const now = formatTime(nowMs);
  const timed = conditions.map((condition): Condition => {
    const before = status?.conditions?.find(
      ({ type, status: was }) => type === condition.type && was === condition.status,
    );
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime || now,
      lastTransitionTime: condition.lastTransitionTime || before?.lastTransitionTime || now,
    };
  });
  const { conditions: _conditions, ...rest } = request.status ?? {};
  return { ...request, status: timed.length === 0 ? rest : { ...rest, conditions: timed } };
}

function requestErrors(
  { spec, status }: CertificateSigningRequest,
  old?: CertificateSigningRequest,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (old === undefined || spec.request !== old.spec.request) {
    const fault = faultOf(() => parseEncodedRequest(spec.request ?? ''));
    if (fault !== undefined) errors.push(invalidField('spec.request', shownBytes(spec.request), fault));
  }
  const given = spec.usages ?? [];
  if (given.length === 0) errors.push(requiredField('spec.usages'));
  for (const [index, usage] of given.entries()) {
    if (!usages.includes(usage)) errors.push(notSupportedField(`spec.usages[${index}]`, usage, usages));
    if (given.indexOf(usage) < index) errors.push(duplicateField(`spec.usages[${index}]`, usage));
  }
  errors.push(
    ...(spec.signerName === signers.legacyUnknown
      ? [invalidField('spec.signerName', spec.signerName, 'the legacy signerName is not allowed via this API version')]
      : signerNameErrors(spec.signerName ?? '', 'spec.signerName')),
  );
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < secondsMin)
    errors.push(
      invalidField(
        'spec.expirationSeconds',
        spec.expirationSeconds,
        'may not specify a duration less than 600 seconds (10 minutes)',
      ),
    );
  for (const [index, condition] of (status?.conditions ?? []).entries())
    errors.push(...oneConditionErrors(condition, index, status?.conditions ?? []));
  return errors;
}

function oneConditionErrors(condition: Condition, index: number, all: readonly Condition[]): readonly FieldError[] {
  const path = `status.conditions[${index}]`;
  const { type, status } = condition;
  const errors: FieldError[] = [];
  if (!type) errors.push(requiredField(`${path}.type`));
  const allowed = lasting.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
  if (!status) errors.push(requiredField(`${path}.status`));
  else if (!allowed.includes(status)) errors.push(notSupportedField(`${path}.status`, status, allowed));
  const earlier = all.slice(0, index).map((other) => other.type);
  if (verdicts.includes(type) && earlier.some((other) => verdicts.includes(other) && other !== type))
    errors.push(invalidField(`${path}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
  if (earlier.includes(type)) errors.push(duplicateField(`${path}.type`, type));
  return errors;
}

function conditionErrors(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
  mayJudge: boolean,
): readonly FieldError[] {
  const field = 'status.conditions';
  const of = (list: readonly Condition[] | undefined, type: string) => (list ?? []).find((one) => one.type === type);
  return lasting.flatMap((type) => {
    const [now, before] = [of(status?.conditions, type), of(old.status?.conditions, type)];
    if (now === undefined)
      return before === undefined
        ? []
        : [forbiddenField(field, `updates may not remove a condition of type "${type}"`)];
    if (mayJudge || !verdicts.includes(type)) return [];
    if (before === undefined) return [forbiddenField(field, `updates may not add a condition of type "${type}"`)];
    return deepEqual(now, before)
      ? []
      : [forbiddenField(field, `updates may not modify a condition of type "${type}"`)];
  });
}

function certificateErrors(
  { status }: CertificateSigningRequest,
  old: CertificateSigningRequest,
): readonly FieldError[] {
  const [now, before] = [status?.certificate ?? '', old.status?.certificate ?? ''];
  if (now === before) return [];
  const field = 'status.certificate';
  if (before !== '') return [forbiddenField(field, 'updates may not modify existing certificate content')];
  const fault = faultOf(() => certificateEnd(textOfBase64(now)));
  return fault === undefined ? [] : [invalidField(field, '<certificate data>', fault)];
}

function faultOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
