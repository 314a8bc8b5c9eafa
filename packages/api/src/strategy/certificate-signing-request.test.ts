import { describe, expect, it } from '@jest/globals';
import { sampleCertificate, sampleRequests } from '../certificate-request/sample-requests.fixture.js';
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from '../certificates/v1/index.js';
import { certificateSigningRequestStrategy as strategy } from './certificate-signing-request.js';

type Csr = CertificateSigningRequest;

const csr = (spec: Partial<CertificateSigningRequestSpec> = {}, status?: Csr['status']): Csr => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'jane' },
  spec: {
    request: btoa(sampleRequests.user),
    signerName: 'example.com/signer',
    usages: ['client auth'],
    ...spec,
  },
  ...(status === undefined ? {} : { status }),
});
const condition = (type: string, status = 'True') => ({ type, status });
const found = (errors: readonly { field: string; detail: string }[]) =>
  errors.map(({ field, detail }) => `${field}: ${detail}`);
const context = { user: { name: 'jane', uid: '7', groups: ['a'], extra: { scopes: ['b'] } }, nowMs: 1_000 };
const at = '1970-01-01T00:00:01Z';

describe('validation', () => {
  it.each([
    [{}, []],
    [{ expirationSeconds: 600 }, []],
    [
      { expirationSeconds: 599 },
      ['spec.expirationSeconds: may not specify a duration less than 600 seconds (10 minutes)'],
    ],
    [{ usages: [] }, ['spec.usages: ']],
    [{ usages: ['client auth', 'client auth'] }, ['spec.usages[1]: ']],
    [{ request: btoa('nonsense') }, ['spec.request: PEM block type must be CERTIFICATE REQUEST']],
    [{ signerName: '' }, ['spec.signerName: ']],
    [
      { signerName: 'an-invalid-signer-name' },
      ["spec.signerName: must be a fully qualified domain and path of the form 'example.com/signer-name'"],
    ],
    [
      { signerName: 'an-invalid-signer-name.com/something/else' },
      ["spec.signerName: must be a fully qualified domain and path of the form 'example.com/signer-name'"],
    ],
    [
      { signerName: 'domain/name' },
      ['spec.signerName: should be a domain with at least two segments separated by dots'],
    ],
    [
      { signerName: 'kubernetes.io/legacy-unknown' },
      ['spec.signerName: the legacy signerName is not allowed via this API version'],
    ],
  ])('%j', (spec, faults) => {
    expect(found(strategy.validateCreate!(csr(spec)))).toEqual(faults);
  });

  it('names the usages that there are', () => {
    expect(found(strategy.validateCreate!(csr({ usages: ['unknown'] })))).toEqual([
      expect.stringMatching(/^spec\.usages\[0\]: supported values: "any", "cert sign", .*"timestamping"$/),
    ]);
  });

  it('says which labels of a signer are wrong', () => {
    const [first] = found(strategy.validateCreate!(csr({ signerName: 'Example.com/signer' })));
    expect(first).toMatch(/^spec\.signerName: validating label "Example": a lowercase RFC 1123 label/);
  });
});

describe('approval', () => {
  const { prepareForUpdate, validateUpdate } = strategy.subresources!['approval']!;
  const judge = (old: Csr, conditions: NonNullable<Csr['status']>['conditions']) => {
    const object = prepareForUpdate(
      { ...csr({ usages: ['any'] }), status: { certificate: 'x', conditions: conditions ?? [] } },
      old,
      context,
    );
    return { object, faults: found(validateUpdate!(object, old)) };
  };

  it('changes conditions alone, and tells the time', () => {
    const { object, faults } = judge(csr(), [condition('Approved')]);
    expect(faults).toEqual([]);
    expect(object).toEqual(
      csr({}, { conditions: [{ ...condition('Approved'), lastUpdateTime: at, lastTransitionTime: at }] }),
    );
  });

  it.each([
    [[condition('Approved')], [], ['status.conditions: updates may not remove a condition of type "Approved"']],
    [
      [],
      [condition('Approved'), condition('Denied')],
      ['status.conditions[1].type: Approved and Denied conditions are mutually exclusive'],
    ],
    [[], [condition('Approved', 'False')], ['status.conditions[0].status: supported values: "True"']],
    [[], [condition('Denied'), condition('Denied')], ['status.conditions[1].type: ']],
    [[condition('Approved')], [condition('Approved'), condition('Mine', 'Unknown')], []],
  ])('from %j to %j', (before, after, faults) => {
    expect(judge(csr({}, { conditions: before }), after).faults).toEqual(faults);
  });
});

describe('status', () => {
  const change = (old: Csr, status: Csr['status'] & {}) => {
    const object = strategy.prepareForStatusUpdate!({ ...old, status }, old, context);
    return { object, faults: found(strategy.validateStatusUpdate!(object, old)) };
  };
  const approved = csr({}, { conditions: [{ ...condition('Approved'), lastUpdateTime: at, lastTransitionTime: at }] });

  it('takes a certificate once, and keeps the verdict', () => {
    const issued = change(approved, { certificate: btoa(sampleCertificate) });
    expect(issued.faults).toEqual([]);
    expect(issued.object.status).toEqual({ ...approved.status, certificate: btoa(sampleCertificate) });
    expect(change(issued.object, { certificate: btoa('other') }).faults).toEqual([
      'status.certificate: updates may not modify existing certificate content',
    ]);
  });

  it('takes no other certificate than a certificate', () => {
    expect(change(approved, { certificate: btoa('x') }).faults).toEqual([
      'status.certificate: must contain at least one CERTIFICATE PEM block',
    ]);
  });

  it('may not judge', () => {
    expect(change(csr(), { conditions: [condition('Approved')] }).faults).toEqual([
      'status.conditions: updates may not add a condition of type "Approved"',
    ]);
    expect(change(approved, { conditions: [condition('Failed')] }).object.status?.conditions).toHaveLength(2);
  });
});

it('the server says who asks, and nobody approves in advance', () => {
  const asked = csr({ username: 'root', groups: ['system:masters'] }, { conditions: [condition('Approved')] });
  const made = strategy.prepareForCreate!(asked, context);
  expect(made).toEqual(csr({ username: 'jane', uid: '7', groups: ['a'], extra: { scopes: ['b'] } }, {}));
});
