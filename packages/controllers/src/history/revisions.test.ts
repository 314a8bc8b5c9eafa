import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ControllerRevision, StatefulSet } from '@pintle/api/apps/v1';
import type { PodTemplateSpec } from '@pintle/api/core/v1';
import { type ApiServer, createApiServer } from '@pintle/apiserver';
import type { Informers } from '@pintle/watch';
import {
  byRevision,
  newRevision,
  planRevision,
  surplusRevisions,
  templateOf,
  templatePatch,
} from './controller-revision.js';
import { ensureRevision } from './revisions.js';

const kind = StatefulSet;
const template = (image: string) => ({ spec: { containers: [{ name: 'main', image }] } }) as PodTemplateSpec;

function owner(image: string, collisionCount?: number): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'web-uid',
      annotations: { 'kubernetes.io/change-cause': 'why' },
    },
    spec: { selector: { matchLabels: { app: 'web' } }, template: template(image) },
    ...(collisionCount === undefined ? {} : { status: { replicas: 0, collisionCount } }),
  } as StatefulSet;
}

const revision = (image: string, number: number): ControllerRevision =>
  newRevision(owner(image), kind, { number, hash: image, hashLabel: 'hash' });

describe('planRevision', () => {
  it.each([
    // the templates of the revisions, the oldest first; the present template; what is done
    ['', 'a', 'create 1'],
    ['a', 'a', 'present 1'],
    ['a', 'b', 'create 2'],
    ['a b', 'b', 'present 2'],
    ['a b', 'a', 'renumber 1 to 3'],
    ['a b c', 'b', 'renumber 2 to 4'],
    ['a b a', 'a', 'present 3'],
    ['a a b', 'a', 'renumber 2 to 4'],
  ])('"%s" and %s: %s', (images, image, expected) => {
    const revisions = images
      .split(' ')
      .filter((text) => text !== '')
      .map((text, index) => revision(text, index + 1));
    const plan = planRevision(revisions, template(image));
    const text = {
      present: () => `present ${'revision' in plan && plan.revision.revision}`,
      renumber: () => `renumber ${'revision' in plan && plan.revision.revision} to ${'number' in plan && plan.number}`,
      create: () => `create ${'number' in plan && plan.number}`,
    };
    expect(text[plan.type]()).toBe(expected);
  });
});

it('a revision is written as Go writes it, byte for byte: kubectl compares it so', () => {
  const labelled = {
    metadata: { labels: { b: '1', a: '2' } },
    spec: { restartPolicy: 'Always', containers: [{ name: 'main', image: 'x', resources: {} }] },
  } as unknown as PodTemplateSpec;
  const text =
    '{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"a":"2","b":"1"}},' +
    '"spec":{"containers":[{"image":"x","name":"main","resources":{}}],"restartPolicy":"Always"}}}}';
  expect(JSON.stringify(templatePatch(labelled))).toBe(text);
  expect(templateOf({ data: JSON.parse(text) } as ControllerRevision)).toEqual(labelled);
});

it('a revision brings its template back, and says why it was made', () => {
  const made = revision('a', 1);
  expect(templateOf(made)).toEqual(template('a'));
  expect(made.data).toEqual({ spec: { template: { ...template('a'), $patch: 'replace' } } });
  expect(made.metadata.annotations).toEqual({ 'kubernetes.io/change-cause': 'why' });
});

it('the oldest that nobody needs are too many', () => {
  const revisions = [revision('c', 3), revision('a', 1), revision('d', 4), revision('b', 2)].sort(byRevision);
  const surplus = (limit: number) =>
    surplusRevisions(revisions, ({ metadata }) => metadata.name === 'web-b', limit).map(
      ({ metadata }) => metadata.name,
    );
  expect(surplus(3)).toEqual([]);
  expect(surplus(1)).toEqual(['web-a', 'web-c']);
  expect(surplus(0)).toEqual(['web-a', 'web-c', 'web-d']);
});

describe('ensureRevision', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await createApiServer();
  });
  afterAll(() => server.stop());

  const ensure = (object: StatefulSet, revisions: readonly ControllerRevision[]) =>
    ensureRevision(
      { client: server.client(), informers: undefined as unknown as Informers },
      { object, kind, hashLabel: 'hash' },
      revisions,
    );

  it('makes one, finds it again, and gives way to another of its name', async () => {
    const first = await ensure(owner('a'), []);
    expect(first).toMatchObject({ revision: { revision: 1 }, collisionCount: 0 });
    // A cache that is behind: the same template has the same name.
    expect(await ensure(owner('a'), [])).toEqual(first);

    const { name = '', namespace = '' } = first.revision.metadata;
    await server.client().delete(ControllerRevision, { name, namespace });
    await server.client().create({ ...revision('z', 1), metadata: { name, namespace } });
    const second = await ensure(owner('a'), []);
    expect(second.collisionCount).toBe(1);
    expect(second.revision.metadata.name).not.toBe(name);
    // With the count remembered the name is found at once.
    expect(await ensure(owner('a', 1), [])).toEqual(second);

    const third = await ensure(owner('b'), [second.revision]);
    expect(third.revision.revision).toBe(2);
    expect(await ensure(owner('a', 1), [second.revision, third.revision])).toMatchObject({
      revision: { revision: 3, metadata: { name: second.revision.metadata.name } },
    });
  });
});
