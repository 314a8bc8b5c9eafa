/** The plugins that a configuration can name: those in tree by name, with their args, and a host's own. */
import { type FieldError, invalidField } from '@pintle/machinery';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { nodeResourcesBalancedAllocation } from '../plugins/balanced-allocation.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { defaultPreemption } from '../plugins/default-preemption.js';
import { interPodAffinity } from '../plugins/inter-pod-affinity.js';
import { nodeAffinity } from '../plugins/node-affinity.js';
import { podTopologySpread } from '../plugins/pod-topology-spread.js';
import { nodeResourcesFit } from '../plugins/resources-fit.js';
import { volumeBinding } from '../plugins/volume-binding.js';
import { decode } from './decode.js';
import { type ArgsOf, argsTypeErrors, type PluginArgs, pluginArgs, scoringStrategyOf } from './plugin-args.js';

/** Makes a plugin from the `args` that its `pluginConfig` has, undefined where there are none. May throw. */
export type PluginFactory = (args: unknown) => SchedulerPlugin;

/** By the name that configurations use; a plugin must call itself so. */
export type PluginRegistry = Readonly<Record<string, PluginFactory>>;

/** What in-tree plugins with args are made of once the args are checked. Weights are set afterwards. */
const inTreeWithArgs: { readonly [P in keyof typeof pluginArgs]?: (args: ArgsOf<P>) => SchedulerPlugin } = {
  DefaultPreemption: ({ minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 }) =>
    defaultPreemption({ minCandidateNodesPercentage, minCandidateNodesAbsolute }),
  InterPodAffinity: ({ hardPodAffinityWeight = 1, ignorePreferredTermsOfExistingPods = false }) =>
    interPodAffinity({ hardPodAffinityWeight, ignorePreferredTermsOfExistingPods }),
  NodeAffinity: ({ addedAffinity }) => nodeAffinity(addedAffinity === undefined ? {} : { addedAffinity }),
  PodTopologySpread: ({ defaultingType, defaultConstraints = [] }) =>
    podTopologySpread(defaultingType === 'List' ? { defaultConstraints } : {}),
  NodeResourcesFit: (args) =>
    nodeResourcesFit({
      ignoredResources: args.ignoredResources ?? [],
      ignoredResourceGroups: args.ignoredResourceGroups ?? [],
      scoringStrategy: scoringStrategyOf(args),
    }),
  VolumeBinding: ({ bindTimeoutSeconds = 600, shape }) =>
    volumeBinding({
      bindTimeoutMs: bindTimeoutSeconds * 1000,
      ...(shape && { shape: shape.map(({ utilization = 0, score = 0 }) => ({ utilization, score })) }),
    }),
  NodeResourcesBalancedAllocation: ({ resources = [] }) => nodeResourcesBalancedAllocation({ resources }),
};

/** Plugins of earlier versions, which a configuration of this one may not enable. */
export const removedPlugins: ReadonlySet<string> = new Set([
  'AzureDiskLimits',
  'CinderLimits',
  'EBSLimits',
  'GCEPDLimits',
]);

export const pluginsWithArgs = Object.keys(pluginArgs);

/** Whether `pluginConfig` may speak of it: args are checked even where the plugin does not run. */
export function hasArgs(plugin: string): plugin is keyof typeof pluginArgs {
  return Object.hasOwn(pluginArgs, plugin);
}

export interface CheckedArgs {
  readonly args: unknown;
  readonly errors: readonly FieldError[];
}

/** The args of an in-tree plugin with defaults, checked; those of others as they are. */
export function checkArgs(plugin: string, args: unknown, path: string): CheckedArgs {
  if (!hasArgs(plugin)) return { args, errors: [] };
  const { schema, check, fill } = pluginArgs[plugin] as PluginArgs<(typeof pluginArgs)[typeof plugin]['schema']>;
  const { value, errors } = decode(schema, args ?? {}, path);
  if (errors.length > 0) return { args: value, errors };
  const filled = fill(value);
  return { args: filled, errors: [...argsTypeErrors(plugin, filled, path), ...check(filled, path)] };
}

export interface MadePlugin {
  readonly plugin?: SchedulerPlugin;
  readonly error?: FieldError;
}

/** Makes the plugins of one profile, each once. */
export class PluginWorkshop {
  private readonly made = new Map<string, MadePlugin>();
  private readonly inTree: ReadonlyMap<string, SchedulerPlugin>;

  constructor(private readonly registry: PluginRegistry) {
    const inTree = defaultPlugins({ dynamicResources: true, gangScheduling: true });
    this.inTree = new Map(inTree.map((plugin) => [plugin.name, plugin]));
  }

  knows(name: string): boolean {
    return Object.hasOwn(this.registry, name) || Object.hasOwn(inTreeWithArgs, name) || this.inTree.has(name);
  }

  /** `args` as `checkArgs` left them; `path` is where they stand. */
  make(name: string, args: unknown, path: string): MadePlugin {
    let made = this.made.get(name);
    if (made === undefined) this.made.set(name, (made = this.makeOnce(name, args, path)));
    return made;
  }

  private makeOnce(name: string, args: unknown, path: string): MadePlugin {
    try {
      const plugin = this.create(name, args);
      if (plugin?.name === name) return { plugin };
      const error = invalidField(path, name, `its factory made a plugin called ${JSON.stringify(plugin?.name)}`);
      return plugin === undefined ? {} : { error };
    } catch (error) {
      return { error: invalidField(path, args ?? null, error instanceof Error ? error.message : String(error)) };
    }
  }

  private create(name: string, args: unknown): SchedulerPlugin | undefined {
    if (Object.hasOwn(this.registry, name)) return this.registry[name]!(args);
    const factory = hasArgs(name) ? (inTreeWithArgs[name] as PluginFactory | undefined) : undefined;
    return factory === undefined ? this.inTree.get(name) : factory(args);
  }
}
