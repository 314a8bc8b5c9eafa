/** The extension points, by the names that KubeSchedulerConfiguration gives them. */
import type { SchedulerPlugin } from './plugin.js';

/** From the point's name to the method by which a plugin implements it. */
const methods = {
  preEnqueue: 'preEnqueue',
  queueSort: 'less',
  preFilter: 'preFilter',
  filter: 'filter',
  postFilter: 'postFilter',
  preScore: 'preScore',
  score: 'score',
  reserve: 'reserve',
  permit: 'permit',
  preBind: 'preBind',
  bind: 'bind',
  postBind: 'postBind',
  placementGenerate: 'generatePlacements',
  placementFeasible: 'placementFeasible',
  placementScore: 'scorePlacement',
} as const satisfies Readonly<Record<string, keyof SchedulerPlugin>>;

/** All that a plugin may implement. */
export const pluginMethods = [
  ...Object.values(methods),
  'preFilterAddPod',
  'preFilterRemovePod',
  'filterAll',
  'verdict',
  'postFilterWith',
  'uniformScore',
  'scoreAll',
  'normalizeScores',
  'unreserve',
  'preBindPreFlight',
  'sign',
  'eventsToRegister',
] as const satisfies readonly (keyof SchedulerPlugin)[];

export type ExtensionPoint = keyof typeof methods;

/** In the order in which a pod meets them. */
export const extensionPoints = Object.keys(methods) as readonly ExtensionPoint[];

export function implementsPoint(plugin: SchedulerPlugin, point: ExtensionPoint): boolean {
  return plugin[methods[point]] !== undefined;
}

/** The plugins of one point in order: those that the profile names for it, else all that implement it. */
export function pluginsAt(
  { plugins, points }: { readonly plugins: readonly SchedulerPlugin[]; readonly points?: PointOrder },
  point: ExtensionPoint,
): readonly SchedulerPlugin[] {
  const names = points?.[point];
  if (names === undefined) return plugins.filter((plugin) => implementsPoint(plugin, point));
  return names.map((name) => plugins.find((plugin) => plugin.name === name)!);
}

/** For some points the names of the plugins that run there, in order. */
export type PointOrder = Readonly<Partial<Record<ExtensionPoint, readonly string[]>>>;
