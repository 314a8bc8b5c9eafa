/**
 * A KubeSchedulerConfiguration as kube-scheduler reads it, as the profiles and options of a scheduler here. Nothing is
 * started: whoever runs a scheduler hands them on.
 */
import type { LeaderElection } from '@pintle/controller-runtime';
import {
  duplicateField,
  type FieldError,
  invalidField,
  notFoundField,
  notSupportedField,
  parseGoDuration,
  requiredField,
} from '@pintle/machinery';
import { parse } from 'yaml';
import { type ExtensionPoint, extensionPoints, implementsPoint } from '../framework/extension-point.js';
import type { SchedulerPlugin } from '../framework/plugin.js';
import { type Profile, profile } from '../framework/profile.js';
import { defaultSchedulerName } from '../nodes/pod-info.js';
import { defaultPlugins } from '../plugins/default-plugins.js';
import { InvalidConfigurationError } from './configuration-error.js';
import { decode } from './decode.js';
import {
  configurationApiVersion,
  type ExtenderConfiguration,
  KubeSchedulerConfiguration,
  type KubeSchedulerProfile,
  type Plugins,
} from './notation.js';
import {
  checkArgs,
  hasArgs,
  type PluginRegistry,
  PluginWorkshop,
  pluginsWithArgs,
  removedPlugins,
} from './plugin-registry.js';
import { expandMultiPoint, mergePlugins } from './plugin-sets.js';
import { commonQueueSortErrors, configurationErrors } from './validation.js';

export interface SchedulerConfigurationOptions {
  /** A host's own plugins, by the name that the configuration uses. They go before those in tree. */
  readonly registry?: PluginRegistry;
}

export interface SchedulerConfiguration {
  /** For `createScheduler` and `schedule`. */
  readonly profiles: readonly Profile[];
  readonly queue: { readonly backoffInitialMs: number; readonly backoffMaxMs: number };
  readonly extenders: readonly ExtenderConfiguration[];
  /** Absent where `leaderElect` is false. */
  readonly leaderElection?: Omit<Required<LeaderElection>, 'identity'>;
  /** The whole, defaults filled in; some of it, as `parallelism`, has no meaning here. */
  readonly source: KubeSchedulerConfiguration;
}

/**
 * Reads a configuration from YAML or from data.
 *
 * Errors: `InvalidConfigurationError`, which lists every fault with the path of its field.
 */
export function schedulerConfiguration(
  input: string | object,
  options: SchedulerConfigurationOptions = {},
): SchedulerConfiguration {
  const decoded = decode(KubeSchedulerConfiguration, typeof input === 'string' ? parsed(input) : input);
  if (decoded.errors.length > 0) throw new InvalidConfigurationError(decoded.errors);
  const source = decoded.value;
  const errors = [...typeErrors(source), ...configurationErrors(source)];
  const built = profilesOf(source).map((each, index) =>
    buildProfile(each, `profiles[${index}]`, source, options.registry ?? {}),
  );
  errors.push(...built.flatMap((each) => each.errors), ...commonQueueSortErrors(built));
  if (errors.length > 0) throw new InvalidConfigurationError(errors);
  return {
    profiles: built.map(({ plan }) => profile(plan!)),
    queue: {
      backoffInitialMs: source.podInitialBackoffSeconds! * 1000,
      backoffMaxMs: source.podMaxBackoffSeconds! * 1000,
    },
    extenders: source.extenders ?? [],
    ...leaderElectionOf(source),
    source,
  };
}

function parsed(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch (error) {
    throw new InvalidConfigurationError([invalidField('', 'the file', (error as Error).message)], error);
  }
}

function typeErrors({ apiVersion, kind }: KubeSchedulerConfiguration): readonly FieldError[] {
  return [
    ...(apiVersion === configurationApiVersion
      ? []
      : [notSupportedField('apiVersion', apiVersion, [configurationApiVersion])]),
    ...(kind === 'KubeSchedulerConfiguration' ? [] : [notSupportedField('kind', kind, ['KubeSchedulerConfiguration'])]),
  ];
}

/** A single profile may do without a name. */
function profilesOf({ profiles = [{}] }: KubeSchedulerConfiguration): readonly KubeSchedulerProfile[] {
  return profiles.length === 1 ? [{ schedulerName: defaultSchedulerName, ...profiles[0] }] : profiles;
}

function leaderElectionOf({ leaderElection = {} }: KubeSchedulerConfiguration) {
  const { leaderElect, leaseDuration, renewDeadline, retryPeriod, resourceName, resourceNamespace } = leaderElection;
  if (leaderElect !== true) return {};
  const ms = (text: string | undefined) => parseGoDuration(text!)!;
  return {
    leaderElection: {
      leaseName: resourceName!,
      leaseNamespace: resourceNamespace!,
      leaseDurationMs: ms(leaseDuration),
      renewDeadlineMs: ms(renewDeadline),
      retryPeriodMs: ms(retryPeriod),
    },
  };
}

/** The default plugins as a profile would write them. */
function defaultPluginSets(): Plugins {
  const enabled = defaultPlugins().map(({ name, weight }) => ({ name, ...(weight !== undefined && { weight }) }));
  return { multiPoint: { enabled } };
}

export interface BuiltProfile {
  readonly errors: readonly FieldError[];
  readonly queueSort: readonly string[];
  readonly args: ReadonlyMap<string, unknown>;
  readonly plan?: Parameters<typeof profile>[0];
}

function buildProfile(
  given: KubeSchedulerProfile,
  path: string,
  source: KubeSchedulerConfiguration,
  registry: PluginRegistry,
): BuiltProfile {
  const workshop = new PluginWorkshop(registry);
  const { args, paths, errors } = argsOf(given, path, source, workshop);
  const made = (name: string, at: string): SchedulerPlugin | undefined => {
    const { plugin, error } = workshop.make(name, args.get(name), paths.get(name) ?? at);
    if (error !== undefined && !errors.includes(error)) errors.push(error);
    return plugin;
  };
  errors.push(...nameErrors(given.plugins ?? {}, `${path}.plugins`, workshop));
  if (errors.length > 0) return { errors, queueSort: [], args };
  const merged = mergePlugins(defaultPluginSets(), given.plugins);
  const { points, errors: doubled } = expandMultiPoint(merged, `${path}.plugins`, (name, point) => {
    const plugin = made(name, `${path}.plugins.multiPoint`);
    return plugin !== undefined && implementsPoint(plugin, point);
  });
  errors.push(...doubled);
  const plugins = new Map<string, SchedulerPlugin>();
  const order: Partial<Record<ExtensionPoint, readonly string[]>> = {};
  for (const point of extensionPoints) {
    const at = `${path}.plugins.${point}`;
    const names: string[] = [];
    for (const { name, weight } of points[point]) {
      const plugin = made(name, at);
      if (plugin === undefined) continue;
      if (!implementsPoint(plugin, point)) {
        errors.push(invalidField(`${at}.enabled`, name, `the plugin does not extend ${point}`));
        continue;
      }
      names.push(name);
      if (point === 'score') plugins.set(name, { ...plugin, weight: weight || 1 });
      else if (!plugins.has(name)) plugins.set(name, plugin);
    }
    order[point] = names;
  }
  const queueSort = order.queueSort ?? [];
  if (queueSort.length !== 1) {
    const detail = 'exactly one plugin must sort the queue';
    errors.push(
      queueSort.length === 0
        ? requiredField(`${path}.plugins.queueSort`, detail)
        : invalidField(`${path}.plugins.queueSort`, queueSort.join(', '), detail),
    );
  }
  if (order.bind?.length === 0) errors.push(requiredField(`${path}.plugins.bind`, 'at least one plugin must bind'));
  if (errors.length > 0) return { errors, queueSort, args };
  return {
    errors,
    queueSort,
    args,
    plan: {
      schedulerName: given.schedulerName!,
      percentageOfNodesToScore: given.percentageOfNodesToScore ?? source.percentageOfNodesToScore ?? 0,
      plugins: inDefaultOrder(plugins, merged),
      points: order,
    },
  };
}

/** Where a profile lists a plugin says nothing beyond the points; in `multiPoint`'s order a person finds them. */
function inDefaultOrder(plugins: ReadonlyMap<string, SchedulerPlugin>, { multiPoint }: Plugins) {
  const listed = (multiPoint?.enabled ?? []).map(({ name }) => name);
  const names = new Set([...listed, ...plugins.keys()]);
  return [...names].flatMap((name) => plugins.get(name) ?? []);
}

/** Checked args by plugin, and where each stands. */
function argsOf(
  { pluginConfig = [] }: KubeSchedulerProfile,
  path: string,
  { extenders = [] }: KubeSchedulerConfiguration,
  workshop: PluginWorkshop,
) {
  const errors: FieldError[] = [];
  const args = new Map<string, unknown>();
  const paths = new Map<string, string>();
  for (const [index, { name, args: given }] of pluginConfig.entries()) {
    const at = `${path}.pluginConfig[${index}]`;
    if (paths.has(name)) errors.push(duplicateField(at, name));
    else if (removedPlugins.has(name))
      errors.push(invalidField(at, name, `was invalid in version "${configurationApiVersion}"`));
    else if (!workshop.knows(name) && !hasArgs(name)) errors.push(notFoundField(`${at}.name`, name));
    if (paths.has(name)) continue;
    paths.set(name, `${at}.args`);
    const checked = checkArgs(name, given, `${at}.args`);
    errors.push(...checked.errors);
    args.set(name, checked.args);
  }
  // What an extender manages alone, the scheduler does not count.
  const ignored = extenders.flatMap(({ managedResources = [] }) =>
    managedResources.flatMap(({ name, ignoredByScheduler }) => (ignoredByScheduler === true ? [name] : [])),
  );
  for (const name of pluginsWithArgs) if (!args.has(name)) args.set(name, checkArgs(name, undefined, '').args);
  if (ignored.length > 0) {
    const fit = args.get('NodeResourcesFit') as { readonly ignoredResources?: readonly string[] };
    args.set('NodeResourcesFit', { ...fit, ignoredResources: [...(fit.ignoredResources ?? []), ...ignored] });
  }
  return { args, paths, errors };
}

/** Names under `enabled` that nothing has. `disabled` may name what is not there. */
function nameErrors(plugins: Plugins, path: string, workshop: PluginWorkshop): readonly FieldError[] {
  return (['multiPoint', ...extensionPoints] as const).flatMap((point) =>
    (plugins[point]?.enabled ?? []).flatMap(({ name, weight }, index): readonly FieldError[] => {
      const at = `${path}.${point}.enabled[${index}]`;
      if (removedPlugins.has(name))
        return [invalidField(at, name, `was invalid in version "${configurationApiVersion}"`)];
      if (!workshop.knows(name)) return [notFoundField(`${at}.name`, name)];
      return weight !== undefined && weight < 0 ? [invalidField(`${at}.weight`, weight, 'must not be negative')] : [];
    }),
  );
}
