/**
 * The pods that wait for an event, found by the plugins that refused them: an event that no plugin of a pod wants
 * costs that pod nothing, however many wait.
 */
import type { MutableQueuedPod } from './queued-pod-info.js';

export class WaitingForEvent {
  private readonly pods = new Set<MutableQueuedPod>();
  private readonly byPlugin = new Map<string, Set<MutableQueuedPod>>();
  /** How many of them PreEnqueue holds. */
  gated = 0;

  get size(): number {
    return this.pods.size;
  }

  values(): Iterable<MutableQueuedPod> {
    return this.pods;
  }

  /** Its plugins must not change as long as it is here. */
  add(queued: MutableQueuedPod): void {
    this.pods.add(queued);
    if (queued.place === 'gated') this.gated++;
    for (const plugin of pluginsOf(queued)) {
      const refused = this.byPlugin.get(plugin);
      if (refused === undefined) this.byPlugin.set(plugin, new Set([queued]));
      else refused.add(queued);
    }
  }

  delete(queued: MutableQueuedPod): void {
    if (!this.pods.delete(queued)) return;
    if (queued.place === 'gated') this.gated--;
    for (const plugin of pluginsOf(queued)) {
      const refused = this.byPlugin.get(plugin);
      refused?.delete(queued);
      if (refused?.size === 0) this.byPlugin.delete(plugin);
    }
  }

  /** Those refused by a plugin that `wanted` picks. */
  refusedBy(wanted: (plugin: string) => boolean): readonly MutableQueuedPod[] {
    const found = new Set<MutableQueuedPod>();
    for (const [plugin, refused] of this.byPlugin) {
      if (!wanted(plugin)) continue;
      for (const queued of refused) found.add(queued);
    }
    return [...found];
  }
}

function* pluginsOf({ unschedulablePlugins, pendingPlugins }: MutableQueuedPod): Iterable<string> {
  yield* unschedulablePlugins;
  yield* pendingPlugins;
}
