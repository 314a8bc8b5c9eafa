/**
 * Which plugins run at which point, from the sets of a profile: what a profile says laid over the defaults, and
 * `multiPoint` spread over the points. Pure, by the rules of kube-scheduler.
 */
import type { FieldError } from '@pintle/machinery';
import { duplicateField } from '@pintle/machinery';
import { type ExtensionPoint, extensionPoints } from '../framework/extension-point.js';
import type { PluginEntry, PluginSet, Plugins } from './notation.js';

/** The sets of `custom` over those of `defaults`; the order of the defaults stays where they are only re-weighted. */
export function mergePlugins(defaults: Plugins, custom: Plugins | undefined): Plugins {
  if (custom === undefined) return defaults;
  const merged: { -readonly [K in keyof Plugins]: Plugins[K] } = {};
  for (const point of ['multiPoint', ...extensionPoints] as const) {
    const set = mergePluginSet(defaults[point] ?? {}, custom[point] ?? {});
    if (set.enabled !== undefined || set.disabled !== undefined) merged[point] = set;
  }
  return merged;
}

function mergePluginSet(defaults: PluginSet, custom: PluginSet): PluginSet {
  const disabled = [...(custom.disabled ?? []), ...(defaults.disabled ?? [])].map(({ name }) => ({ name }));
  const isDisabled = new Set(disabled.map(({ name }) => name));
  const own = custom.enabled ?? [];
  const lastIndexOf = new Map(own.map(({ name }, index) => [name, index]));
  const replaced = new Set<number>();
  const enabled: PluginEntry[] = [];
  for (const plugin of isDisabled.has('*') ? [] : (defaults.enabled ?? [])) {
    if (isDisabled.has(plugin.name)) continue;
    const index = lastIndexOf.get(plugin.name);
    if (index !== undefined) replaced.add(index);
    enabled.push(index === undefined ? plugin : own[index]!);
  }
  enabled.push(...own.filter((_, index) => !replaced.has(index)));
  return { ...(enabled.length > 0 && { enabled }), ...(disabled.length > 0 && { disabled }) };
}

/** The names of the plugins of one point in order, with the weights that hold there. */
export type PointPlugins = Readonly<Record<ExtensionPoint, readonly PluginEntry[]>>;

export interface ExpandedPlugins {
  readonly points: PointPlugins;
  readonly errors: readonly FieldError[];
}

/**
 * `multiPoint` spread over the points that each plugin implements. At each point: first what was enabled there and by
 * `multiPoint` too, then the rest of `multiPoint`, then what was enabled there only.
 */
export function expandMultiPoint(
  plugins: Plugins,
  path: string,
  implementsPoint: (plugin: string, point: ExtensionPoint) => boolean,
): ExpandedPlugins {
  const errors: FieldError[] = [];
  const distinct = (entries: readonly PluginEntry[], at: string): readonly PluginEntry[] => {
    const seen = new Set<string>();
    return entries.filter(({ name }, index) => {
      if (!seen.has(name)) return seen.add(name);
      errors.push(duplicateField(`${path}.${at}.enabled[${index}].name`, name));
      return false;
    });
  };
  const everywhere = distinct(plugins.multiPoint?.enabled ?? [], 'multiPoint');
  const points = Object.fromEntries(
    extensionPoints.map((point): [ExtensionPoint, readonly PluginEntry[]] => {
      const here = distinct(plugins[point]?.enabled ?? [], point);
      const namesHere = new Set(here.map(({ name }) => name));
      const disabled = new Set(plugins[point]?.disabled?.map(({ name }) => name));
      const fits = disabled.has('*')
        ? []
        : everywhere.filter(({ name }) => !disabled.has(name) && implementsPoint(name, point));
      const both = new Set(fits.map(({ name }) => name).filter((name) => namesHere.has(name)));
      return [
        point,
        [
          ...here.filter(({ name }) => both.has(name)),
          ...fits.filter(({ name }) => !namesHere.has(name)),
          ...here.filter(({ name }) => !both.has(name)),
        ],
      ];
    }),
  ) as PointPlugins;
  return { points, errors };
}
