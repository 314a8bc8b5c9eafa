/** Server-side apply of a change against the merge patch of the same change, in process. */
import { Deployment } from '@pintle/api/apps/v1';
import { createApiServer } from '@pintle/apiserver';
import { deployment } from '@pintle/testing';
import { type BenchRow, paired } from '../row.js';

const changes = 5_000;

export const row: BenchRow = {
  name: 'server-side apply of a Deployment in process, against a merge patch of the same change',
  goal: '<= 3 x',
  async run() {
    const server = await createApiServer();
    const client = server.client();
    const fieldManager = 'bench';
    const wish = (name: string, round: number) => {
      const { spec, ...rest } = deployment(name, { replicas: 3 });
      const template = {
        ...spec!.template,
        metadata: { ...spec!.template.metadata, annotations: { round: `${round}` } },
      };
      return { ...rest, metadata: { ...rest.metadata, namespace: 'default' }, spec: { ...spec!, template } };
    };
    for (const name of ['applied', 'patched']) await client.apply(wish(name, 0), { fieldManager });
    let round = 0;
    const timed = async (change: (round: number) => Promise<Deployment>) => {
      const start = performance.now();
      for (let i = 0; i < changes; i++) {
        const { spec } = await change(++round);
        if (spec?.template.metadata?.annotations?.['round'] !== `${round}`) throw new Error('nothing changed');
      }
      return ((performance.now() - start) * 1000) / changes;
    };
    const result = await paired(
      7,
      () => timed((at) => client.apply(wish('applied', at), { fieldManager })),
      () =>
        timed((at) => {
          const body = { spec: { template: { metadata: { annotations: { round: `${at}` } } } } };
          return client.patch(
            Deployment,
            { name: 'patched', namespace: 'default' },
            { type: 'merge', body },
            { fieldManager },
          );
        }),
    );
    await server.stop();
    return { ...result, ratio: result.ours / result.peer, unit: 'us' };
  },
};
