/** Fields that nobody is recorded to have written, as kube-apiserver has it of certificate requests. */
import { expect, it } from '@jest/globals';
import { sampleRequests } from '../admission/certificates/sample-requests.fixture.js';
import { requester } from './requests.fixture.js';

const all = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const asking = (metadata: object) => ({
  ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata },
  spec: {
    request: btoa(sampleRequests.user),
    ...{ signerName: 'example.com/signer', usages: ['client auth'] },
  },
});
const approved = { type: 'Approved', status: 'True', reason: 'ByHand', message: 'looks well' };
const failed = { type: 'Failed', status: 'True', reason: 'Lost', message: 'no key' };

it.each([
  ['nothing of one that has a name alone', { name: 'a' }, [], undefined],
  ['the labels of one that has some', { name: 'a', labels: { x: 'y' } }, [], ['f:metadata']],
  ['no spec, where it is written again', { name: 'a', labels: { x: 'y' } }, [''], ['f:metadata']],
  ['who approved', { name: 'a', labels: { x: 'y' } }, ['approval'], ['f:metadata', 'f:status f:conditions']],
  ['no conditions of who signs', { name: 'a', labels: { x: 'y' } }, ['status'], ['f:metadata']],
  ['nobody who comes after nobody', { name: 'a' }, ['approval', 'status', ''], undefined],
] as const)('of a certificate request is recorded: %s', async (_name, metadata, writes, expected) => {
  const { send, get } = await requester();
  expect((await send('POST', all, asking(metadata))).status).toBe(201);
  for (const subresource of writes) {
    const { json } = await get(`${all}/a`);
    const { status = {}, ...rest } = json as { status?: { conditions?: readonly object[] } };
    const added = subresource === 'approval' ? approved : failed;
    const next = {
      ...rest,
      status: subresource === '' ? status : { conditions: [...(status.conditions ?? []), added] },
    };
    const path = subresource === '' ? `${all}/a` : `${all}/a/${subresource}`;
    expect((await send('PUT', path, next)).status).toBe(200);
  }
  const { metadata: left } = (await get(`${all}/a`)).json as { metadata: { managedFields?: readonly Recorded[] } };
  const fields = left.managedFields?.flatMap(({ fieldsV1 }) =>
    Object.entries(fieldsV1).map(([field, of]) =>
      field === 'f:status' ? [field, ...Object.keys(of)].join(' ') : field,
    ),
  );
  expect(fields).toEqual(expected);
});

interface Recorded {
  readonly fieldsV1: Readonly<Record<string, object>>;
}

it('of a range is recorded what is sent with its status', async () => {
  const { send } = await requester();
  const ranges = '/apis/networking.k8s.io/v1/servicecidrs';
  const range = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'r' } };
  await send('POST', ranges, { ...range, spec: { cidrs: ['10.99.0.0/24'] } });
  const wishes = { 'content-type': 'application/apply-patch+yaml' };
  const path = `${ranges}/r/status?fieldManager=me`;
  const other = await send('PATCH', path, { ...range, spec: { cidrs: ['10.98.0.0/24'] } }, wishes);
  expect(other.status).toBe(409);
  const { json } = await send('PATCH', path, { ...range, spec: { cidrs: ['10.99.0.0/24'] } }, wishes);
  expect(json.metadata.managedFields[0]).toMatchObject({ manager: 'me', fieldsV1: { 'f:spec': { 'f:cidrs': {} } } });
});
