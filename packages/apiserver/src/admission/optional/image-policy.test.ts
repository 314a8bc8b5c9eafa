/** ImagePolicyWebhook on virtual time, over a webhook that is a function. */
import { expect, it } from '@jest/globals';
import { Pod, type PodSpec } from '@pintle/api/core/v1';
import { type KubernetesObject, StatusError, virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../../server.js';
import { WebhookAnswerError } from '../webhook/webhook-caller.js';
import type { ImagePolicyConfiguration } from './image-policy.js';

type Answer = object | Error;

async function judged(answer: (spec: object) => Answer, configuration: Partial<ImagePolicyConfiguration> = {}) {
  const world = virtualWorld();
  const asked: (KubernetesObject & { spec: object })[] = [];
  const times: number[] = [];
  const server = await createApiServer({
    world,
    enableAdmissionPlugins: ['ImagePolicyWebhook'],
    disableAdmissionPlugins: ['ServiceAccount'],
    pluginConfigurations: {
      ImagePolicyWebhook: {
        target: { url: 'https://images.example.com/policy', credentials: { token: 't' } },
        ...configuration,
      },
    },
    async callWebhook(target, body) {
      expect(target).toMatchObject({
        url: 'https://images.example.com/policy?timeout=30s',
        credentials: { token: 't' },
      });
      const review = body as (typeof asked)[number];
      asked.push(review);
      times.push(world.clock.now());
      const given = answer(review.spec);
      if (given instanceof Error) throw given;
      return { ...review, status: given };
    },
  });
  const client = server.client();
  const create = async (name: string, spec: Partial<PodSpec> = {}, annotations?: Record<string, string>) => {
    const metadata = { name, namespace: 'default', ...(annotations === undefined ? {} : { annotations }) };
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers: [{ name: 'c', image: 'c:1' }], ...spec },
    };
    let refused: string | undefined;
    const work = client.create(pod).catch((error: unknown) => {
      if (!StatusError.is(error, 'Forbidden')) throw error;
      refused = error.message;
    });
    await world.advance(60_000);
    await work;
    return refused;
  };
  return { world, client, create, asked, times };
}

it('is asked about the images, and told the annotations that are meant for it', async () => {
  const { client, create, asked } = await judged(() => ({ allowed: true }));
  const init = { initContainers: [{ name: 'i', image: 'i:1' }] };
  expect(await create('p', init, { 'mine.image-policy.k8s.io/ticket': '1', other: '2' })).toBeUndefined();
  expect(asked.map(({ apiVersion, kind, spec }) => ({ apiVersion, kind, spec }))).toEqual([
    {
      apiVersion: 'imagepolicy.k8s.io/v1alpha1',
      kind: 'ImageReview',
      spec: {
        containers: [{ image: 'c:1' }, { image: 'i:1' }],
        annotations: { 'mine.image-policy.k8s.io/ticket': '1' },
        namespace: 'default',
      },
    },
  ]);
  const pod = await client.get(Pod, { name: 'p' });
  const debugger_ = { name: 'd', image: 'd:1' };
  await client.patch(
    Pod,
    { name: 'p' },
    { type: 'strategic', body: { spec: { ephemeralContainers: [debugger_] } } },
    { subresource: 'ephemeralcontainers' },
  );
  expect(pod.spec?.ephemeralContainers).toBeUndefined();
  expect(asked.slice(1).map(({ spec }) => spec)).toEqual([
    { containers: [{ image: 'd:1' }], annotations: { 'mine.image-policy.k8s.io/ticket': '1' }, namespace: 'default' },
  ]);
});

it('refuses with the reason that it is given', async () => {
  const { create } = await judged((spec) => ({
    allowed: false,
    ...(JSON.stringify(spec).includes('bad') ? { reason: 'bad:1 is bad' } : {}),
  }));
  expect(await create('p')).toBe('pods "p" is forbidden: one or more images rejected by webhook backend');
  expect(await create('p', { containers: [{ name: 'c', image: 'bad:1' }] })).toBe(
    'pods "p" is forbidden: image policy webhook backend denied one or more images: bad:1 is bad',
  );
});

it.each([
  ['approvals', true, { allowMs: 150_000, denyMs: 0 }],
  ['refusals', false, { allowMs: 0, denyMs: 150_000 }],
])('remembers %s for a while', async (_what, allowed, configuration) => {
  const { create, asked } = await judged(() => ({ allowed }), configuration);
  for (const name of ['a', 'b', 'c', 'd']) await create(name);
  // A minute goes by with each.
  expect(asked).toHaveLength(2);
});

it.each([
  ['a server that fails', new WebhookAnswerError('an error on the server', { status: 500 }), 5],
  ['a server that is too busy', new WebhookAnswerError('slow down', { status: 429 }), 5],
  ['a connection that was torn', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 5],
  ['who does not know it', new WebhookAnswerError('who are you?', { status: 401 }), 1],
  ['a host that is not there', Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), 1],
])('asks %s again where that may help, ever later', async (_whom, error, attempts) => {
  const { create, times } = await judged(() => error);
  expect(await create('p')).toMatch(/^pods "p" is forbidden: /);
  const waits = times.slice(1).map((time, index) => time - times[index]!);
  expect(times).toHaveLength(attempts);
  for (const [index, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(Math.floor(500 * 1.5 ** index));
    expect(wait).toBeLessThanOrEqual(Math.ceil(600 * 1.5 ** index));
  }
});

it('lets all run where it does not answer, if that was wanted', async () => {
  const refused = new Error('connect ECONNREFUSED');
  const closed = await judged(() => refused);
  expect(await closed.create('p')).toBe(
    'pods "p" is forbidden: Post "https://images.example.com/policy?timeout=30s": connect ECONNREFUSED',
  );
  const open = await judged(() => refused, { defaultAllow: true });
  expect(await open.create('p')).toBeUndefined();
  expect(await open.create('q')).toBeUndefined();
  expect(open.asked).toHaveLength(2);
});
