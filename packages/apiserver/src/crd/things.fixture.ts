/** A server with a custom kind of two versions, whose bodies tests send as they should not be. */
import { requester } from '../http/requests.fixture.js';

export const thingsIn = (version: string) => `/apis/example.com/${version}/namespaces/default/things`;
export const things = thingsIn('v1');

const [text, integer] = [{ type: 'string' }, { type: 'integer' }];
const spec = {
  type: 'object',
  required: ['size'],
  properties: {
    size: integer,
    ratio: { type: 'number', multipleOf: 0.5 },
    count: integer,
    replicas: integer,
    bytes: { ...text, format: 'byte' },
    set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    nothing: { ...text, nullable: true },
    pod: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { metadata: { type: 'object' } } },
  },
  'x-kubernetes-validations': [{ rule: 'self.size > 0' }],
};
const status = { type: 'object', properties: { replicas: integer } };
const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
const version = (name: string) => ({
  ...{ name, served: true, storage: name === 'v1', subresources: { status: {}, scale } },
  additionalPrinterColumns: [
    { name: 'First', type: 'string', jsonPath: '.spec.set[*]' },
    { name: 'Number', type: 'integer', jsonPath: '.spec.set[0]' },
  ],
  schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } },
});

/** With these of it. */
export async function serverOfThings(...objects: readonly object[]) {
  const made = await requester();
  await made.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'things.example.com' },
    spec: {
      ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' } },
      versions: [version('v1'), version('v2')],
    },
  });
  for (const object of objects) await made.send('POST', things, object);
  return made;
}
