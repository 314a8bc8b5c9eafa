/**
 * The pods that wait for an event, found by the plugins that refused them: an event that no plugin of a pod wants
 * costs that pod nothing, however many wait.
 */
import type { MutableQueuedPod } from './queued-pod-info.js';

export class WaitingForEvent {
  private readonly pods = new Map<string, MutableQueuedPod>();
  private readonly byPlugin = new Map<string, Set<string>>();
  /** How many of them PreEnqueue holds. */
  gated = 0;

  get size(): number {
    return this.pods.size;
  }

  get(key: string): MutableQueuedPod | undefined {
    return this.pods.get(key);
  }

  values(): Iterable<MutableQueuedPod> {
    return this.pods.values();
  }

  /** Its plugins must not change as long as it is here. */
  add(queued: MutableQueuedPod): void {
    const { key } = queued.pod;
    this.pods.set(key, queued);
    if (queued.place === 'gated') this.gated++;
    for (const plugin of pluginsOf(queued)) {
      const keys = this.byPlugin.get(plugin);
      if (keys === undefined) this.byPlugin.set(plugin, new Set([key]));
      else keys.add(key);
    }
  }

  delete(key: string): MutableQueuedPod | undefined {
    const queued = this.pods.get(key);
    if (queued === undefined) return undefined;
    this.pods.delete(key);
    if (queued.place === 'gated') this.gated--;
    for (const plugin of pluginsOf(queued)) {
      const keys = this.byPlugin.get(plugin);
      keys?.delete(key);
      if (keys?.size === 0) this.byPlugin.delete(plugin);
    }
    return queued;
  }

  /** Those refused by a plugin that `wanted` picks. */
  refusedBy(wanted: (plugin: string) => boolean): readonly MutableQueuedPod[] {
    const found = new Map<string, MutableQueuedPod>();
    for (const [plugin, keys] of this.byPlugin) {
      if (!wanted(plugin)) continue;
      for (const key of keys) found.set(key, this.pods.get(key)!);
    }
    return [...found.values()];
  }
}

function* pluginsOf({ unschedulablePlugins, pendingPlugins }: MutableQueuedPod): Iterable<string> {
  yield* unschedulablePlugins;
  yield* pendingPlugins;
}
