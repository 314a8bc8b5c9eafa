/**
 * What a search for nodes left of those that were refused: the plugin and its code for each. Attempts of like pods share
 * one as long as nothing of it changes; what follows from it is worked out once, when it is first asked for.
 */

/** Nodes refused by one plugin with one code, which is one status. */
export interface RefusedGroup {
  readonly plugin: number;
  readonly code: number;
  nodes: number;
}

/** Equal for equal statuses; those given node by node are each their own, whichever plugin gave them. */
export const refusalKey = (plugin: number, code: number): number => (code < 0 ? code : code * 256 + plugin);

export class Refusals {
  private grouped: readonly RefusedGroup[] | undefined;
  private byRow: Map<number, number> | undefined;

  constructor(
    readonly rows: Int32Array,
    /** By index in `rows`: which plugin refused. */
    readonly plugins: Uint8Array,
    readonly codes: Int32Array,
  ) {}

  get count(): number {
    return this.rows.length;
  }

  /** The index in `rows`; undefined where the row was not refused. */
  indexOf(row: number): number | undefined {
    if (this.byRow === undefined) {
      this.byRow = new Map();
      for (let i = 0; i < this.count; i++) this.byRow.set(this.rows[i]!, i);
    }
    return this.byRow.get(row);
  }

  /** In the order of plugins. */
  groups(): readonly RefusedGroup[] {
    this.grouped ??= this.group();
    return this.grouped;
  }

  private group(): readonly RefusedGroup[] {
    const { plugins, codes, count } = this;
    const groups = new Map<number, RefusedGroup>();
    let last: RefusedGroup | undefined;
    for (let i = 0; i < count; i++) {
      const [plugin, code] = [plugins[i]!, codes[i]!];
      // Mostly neighbours are refused alike.
      if (last === undefined || last.plugin !== plugin || last.code !== code) {
        const key = refusalKey(plugin, code);
        last = groups.get(key);
        if (last === undefined) groups.set(key, (last = { plugin, code, nodes: 0 }));
      }
      last.nodes++;
    }
    return [...groups.values()].sort((a, b) => a.plugin - b.plugin);
  }
}
