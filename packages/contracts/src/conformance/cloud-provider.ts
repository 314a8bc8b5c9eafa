/**
 * What every `CloudProvider` must do, as cases that any test runner can run. Cases of a part that a provider lacks are
 * left out.
 */
import type { CloudNode, CloudProvider, LoadBalancerWish } from '../cloud-provider.js';
import { type ConformanceCase, check, same } from './checks.js';

export interface CloudProviderSubject {
  /** A fresh provider, without routes and load balancers. */
  create(): CloudProvider | Promise<CloudProvider>;
  /** Two machines that it has, one that runs and one that is shut down, and one that it does not have. */
  readonly nodes: { readonly running: CloudNode; readonly shutDown: CloudNode; readonly gone: CloudNode };
  /** Awaits work that needs the world to go on. */
  drive<T>(work: Promise<T>): Promise<T>;
}

const clusterName = 'kubernetes';
const wish: LoadBalancerWish = {
  name: 'a1',
  service: 'default/web',
  ports: [{ name: 'http', protocol: 'TCP', port: 80, nodePort: 30_080 }],
  sourceRanges: [],
  annotations: {},
  nodes: [],
};

interface Bench {
  readonly cloud: CloudProvider;
  readonly subject: CloudProviderSubject;
  drive<T>(work: Promise<T>): Promise<T>;
}

type Part = 'instances' | 'routes' | 'loadBalancers';
type Case = readonly [name: string, needs: Part, run: (bench: Bench) => Promise<void>];

const cases: readonly Case[] = [
  [
    'a machine is known by its name and by its provider id',
    'instances',
    async ({ cloud, drive, subject: { nodes } }) => {
      const facts = await drive(cloud.instances!.facts(nodes.running));
      check(facts !== undefined, 'the cloud knows the node');
      check(facts.providerId.startsWith(`${cloud.name}://`), 'it has a provider id');
      check(facts.addresses.length > 0, 'it has addresses');
      same(
        await drive(cloud.instances!.facts({ name: nodes.running.name, providerId: facts.providerId })),
        facts,
        'asked for by its provider id',
      );
    },
  ],
  [
    'a machine that is not there is not known',
    'instances',
    async ({ cloud, drive, subject: { nodes } }) => {
      same(await drive(cloud.instances!.facts(nodes.gone)), undefined, 'its facts');
    },
  ],
  [
    'a machine that is shut down is there',
    'instances',
    async ({ cloud, drive, subject: { nodes } }) => {
      same(await drive(cloud.instances!.isShutDown(nodes.running)), false, 'the one that runs is shut down');
      same(await drive(cloud.instances!.isShutDown(nodes.shutDown)), true, 'the other is shut down');
      check((await drive(cloud.instances!.facts(nodes.shutDown))) !== undefined, 'the other is known');
    },
  ],
  [
    'routes are made and unmade, each twice',
    'routes',
    async ({ cloud, drive, subject: { nodes } }) => {
      const routes = cloud.routes!;
      const route = { name: 'r1', nodeName: nodes.running.name, destinationCidr: '10.244.1.0/24' };
      await drive(routes.create(clusterName, route));
      await drive(routes.create(clusterName, route));
      same(await drive(routes.list(clusterName)), [route], 'the routes');
      same(await drive(routes.list('another')), [], 'the routes of another cluster');
      await drive(routes.delete(clusterName, route));
      await drive(routes.delete(clusterName, route));
      same(await drive(routes.list(clusterName)), [], 'the routes');
    },
  ],
  [
    'a load balancer is made, made so, and unmade',
    'loadBalancers',
    async ({ cloud, drive, subject: { nodes } }) => {
      const balancers = cloud.loadBalancers!;
      same(await drive(balancers.get('a1')), undefined, 'before it is made');
      const ingress = await drive(balancers.ensure(wish));
      check(
        ingress.length > 0 && ingress.every(({ ip, hostname }) => Boolean(ip ?? hostname)),
        'it can be reached somewhere',
      );
      same(
        await drive(balancers.ensure({ ...wish, nodes: [nodes.running.name] })),
        ingress,
        'its address after a change',
      );
      same(await drive(balancers.get('a1')), ingress, 'its address, asked for');
      await drive(balancers.updateNodes('a1', []));
      same(await drive(balancers.get('a1')), ingress, 'its address without nodes');
      await drive(balancers.delete('a1'));
      await drive(balancers.delete('a1'));
      same(await drive(balancers.get('a1')), undefined, 'after it was unmade');
    },
  ],
  [
    'load balancers have addresses of their own',
    'loadBalancers',
    async ({ cloud, drive }) => {
      const first = await drive(cloud.loadBalancers!.ensure(wish));
      const second = await drive(cloud.loadBalancers!.ensure({ ...wish, name: 'a2' }));
      check(JSON.stringify(first) !== JSON.stringify(second), 'two are told apart');
    },
  ],
];

/** Each case makes its own provider. `parts` are those that the subject's providers have. */
export function cloudProviderConformance(
  subject: CloudProviderSubject,
  parts: readonly Part[] = ['instances', 'routes', 'loadBalancers'],
): readonly ConformanceCase[] {
  return cases
    .filter(([, needs]) => parts.includes(needs))
    .map(([name, , run]) => ({
      name,
      run: async () => run({ cloud: await subject.create(), subject, drive: (work) => subject.drive(work) }),
    }));
}
