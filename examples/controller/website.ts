/** A controller for a kind of its own: a Website is a Deployment of web servers. */
import { Deployment } from '@pintle/api/apps/v1';
import { controller } from '@pintle/controller-runtime';
import { defineKind, type Infer, int32, object, string } from '@pintle/machinery';

export const Website = defineKind({
  group: 'example.com',
  version: 'v1',
  kind: 'Website',
  fields: {
    spec: object({ replicas: int32().default(1), image: string().default('nginx') }).required(),
  },
});
export type Website = Infer<typeof Website>;

export const website = (name: string, spec: Website['spec'] = {}): Website => ({
  apiVersion: 'example.com/v1',
  kind: 'Website',
  metadata: { name, namespace: 'default' },
  spec,
});

export const web = controller({ name: 'website' })
  .for(Website)
  .owns(Deployment)
  .reconcile(async ({ object: site, ensure }) => {
    if (site !== undefined) await ensure(deploymentFor(site));
  });

function deploymentFor(site: Website): Deployment {
  const { name } = site.metadata;
  const labels = { website: name ?? '' };
  const { replicas = 1, image = 'nginx' } = site.spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
    },
  };
}
