/**
 * KubeSchedulerConfiguration of `kubescheduler.config.k8s.io/v1`, field by field with its defaults, in the notation of
 * every kind. What plugins take as `args` is in `plugin-args.ts`.
 */
import { any, boolean, duration, type Infer, int32, int64, list, number, object, ref, string } from '@pintle/machinery';

export const configurationApiVersion = 'kubescheduler.config.k8s.io/v1';

const PluginEntry = object({ name: string().required(), weight: int32() });

const PluginSet = object({ enabled: list(ref(PluginEntry)), disabled: list(ref(PluginEntry)) });

const Plugins = object({
  preEnqueue: ref(PluginSet),
  queueSort: ref(PluginSet),
  preFilter: ref(PluginSet),
  filter: ref(PluginSet),
  postFilter: ref(PluginSet),
  preScore: ref(PluginSet),
  score: ref(PluginSet),
  reserve: ref(PluginSet),
  permit: ref(PluginSet),
  preBind: ref(PluginSet),
  bind: ref(PluginSet),
  postBind: ref(PluginSet),
  placementGenerate: ref(PluginSet),
  placementFeasible: ref(PluginSet),
  placementScore: ref(PluginSet),
  multiPoint: ref(PluginSet),
});

const ProfileNotation = object({
  schedulerName: string(),
  percentageOfNodesToScore: int32(),
  plugins: ref(Plugins),
  pluginConfig: list(ref(object({ name: string().required(), args: any() }))),
});

const TlsConfig = object({
  insecure: boolean(),
  serverName: string(),
  certFile: string(),
  keyFile: string(),
  caFile: string(),
  certData: string(),
  keyData: string(),
  caData: string(),
});

const Extender = object({
  urlPrefix: string().required(),
  filterVerb: string(),
  preemptVerb: string(),
  prioritizeVerb: string(),
  weight: int64(),
  bindVerb: string(),
  enableHTTPS: boolean(),
  tlsConfig: ref(TlsConfig),
  httpTimeout: duration().default('5s'),
  nodeCacheCapable: boolean(),
  managedResources: list(ref(object({ name: string().required(), ignoredByScheduler: boolean() }))),
  ignorable: boolean(),
});

const LeaderElection = object({
  leaderElect: boolean().default(true),
  leaseDuration: duration().default('15s'),
  renewDeadline: duration().default('10s'),
  retryPeriod: duration().default('2s'),
  resourceLock: string().default('leases'),
  resourceName: string().default('kube-scheduler'),
  resourceNamespace: string().default('kube-system'),
});

const ClientConnection = object({
  kubeconfig: string().default(''),
  acceptContentTypes: string(),
  contentType: string().default('application/vnd.kubernetes.protobuf'),
  qps: number().default(50),
  burst: int32().default(100),
});

export const KubeSchedulerConfiguration = object({
  apiVersion: string().required(),
  kind: string().required(),
  parallelism: int32().default(16),
  leaderElection: ref(LeaderElection).default({}),
  clientConnection: ref(ClientConnection).default({}),
  enableProfiling: boolean().default(true),
  enableContentionProfiling: boolean().default(true),
  percentageOfNodesToScore: int32().default(0),
  podInitialBackoffSeconds: int64().default(1),
  podMaxBackoffSeconds: int64().default(10),
  profiles: list(ref(ProfileNotation)),
  extenders: list(ref(Extender)),
  delayCacheUntilActive: boolean().default(false),
});

export type KubeSchedulerConfiguration = Infer<typeof KubeSchedulerConfiguration>;
export type KubeSchedulerProfile = Infer<typeof ProfileNotation>;
export type PluginEntry = Infer<typeof PluginEntry>;
export type PluginSet = Infer<typeof PluginSet>;
export type Plugins = Infer<typeof Plugins>;
/** An HTTP extender as the configuration has it; `httpTimeout` as Go prints durations. */
export type ExtenderConfiguration = Infer<typeof Extender>;
