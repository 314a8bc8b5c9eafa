/** Short ways to write the objects that tests are full of. Each takes what matters and fills in the rest. */
import type { Deployment } from '@pintle/api/apps/v1';
import type { CronJob } from '@pintle/api/batch/v1';
import type { Container, Node, Pod, PodSpec, Service } from '@pintle/api/core/v1';
import type { ObjectMeta } from '@pintle/machinery';

export interface PodOptions extends Partial<Omit<PodSpec, 'containers'>> {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly metadata?: Partial<ObjectMeta>;
  readonly image?: string;
  /** Requests of the one container, as `{ cpu: '100m' }`. */
  readonly requests?: Readonly<Record<string, string>>;
  readonly containers?: readonly Container[];
}

function podSpec({
  image = 'example',
  requests,
  containers,
  ...spec
}: Omit<PodOptions, 'namespace' | 'labels' | 'metadata'>): PodSpec {
  const container = {
    name: 'main',
    image,
    ...(requests === undefined ? {} : { resources: { requests } }),
  } as Container;
  return { ...spec, containers: containers ?? [container] } as PodSpec;
}

export function pod(name: string, options: PodOptions = {}): Pod {
  const { namespace = 'default', labels, metadata, ...spec } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, ...(labels === undefined ? {} : { labels }), ...metadata },
    spec: podSpec(spec),
  };
}

export interface NodeOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** Default 4 CPUs, 16 GiB, 110 pods. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly taints?: NonNullable<Node['spec']>['taints'];
  readonly unschedulable?: boolean;
}

export function node(name: string, options: NodeOptions = {}): Node {
  const { labels = {}, allocatable = { cpu: '4', memory: '16Gi', pods: '110' }, taints, unschedulable } = options;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: { ...(taints === undefined ? {} : { taints }), ...(unschedulable === undefined ? {} : { unschedulable }) },
    status: { allocatable, capacity: allocatable },
  };
}

export interface DeploymentOptions extends Omit<PodOptions, 'metadata'> {
  readonly replicas?: number;
}

export function deployment(name: string, options: DeploymentOptions = {}): Deployment {
  const { replicas = 1, namespace = 'default', labels = { app: name }, ...spec } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec(spec) } },
  } as Deployment;
}

export interface CronJobOptions extends Omit<PodOptions, 'metadata'> {
  /** Default: every minute. */
  readonly schedule?: string;
}

export function cronJob(name: string, options: CronJobOptions = {}): CronJob {
  const { schedule = '* * * * *', namespace = 'default', labels, ...spec } = options;
  const template = {
    ...(labels === undefined ? {} : { metadata: { labels } }),
    spec: podSpec({ restartPolicy: 'Never', ...spec }),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: { schedule, jobTemplate: { spec: { template } } },
  } as CronJob;
}

export function service(
  name: string,
  options: {
    readonly namespace?: string;
    readonly selector?: Readonly<Record<string, string>>;
    readonly port?: number;
    readonly targetPort?: number | string;
  } = {},
): Service {
  const { namespace = 'default', selector = { app: name }, port = 80, targetPort = port } = options;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { selector, ports: [{ port, targetPort, protocol: 'TCP' }] },
  } as Service;
}
