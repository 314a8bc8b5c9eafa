/**
 * The order in which nodes are looked at: round the zones, one node of each, so that the first nodes looked at
 * are spread over zones. Within a zone, the order in which nodes came.
 */
export class ZoneOrder {
  private readonly zones = new Map<string, number[]>();
  private order: Int32Array | undefined;

  add(row: number, zone: string): void {
    const rows = this.zones.get(zone);
    if (rows === undefined) this.zones.set(zone, [row]);
    else rows.push(row);
    this.order = undefined;
  }

  remove(row: number, zone: string): void {
    const rows = this.zones.get(zone);
    const index = rows?.indexOf(row) ?? -1;
    if (rows === undefined || index < 0) return;
    rows.splice(index, 1);
    if (rows.length === 0) this.zones.delete(zone);
    this.order = undefined;
  }

  /** All rows; the array is made anew when nodes come or go, and otherwise the same. */
  rows(): Int32Array {
    if (this.order !== undefined) return this.order;
    const lists = [...this.zones.values()];
    const order = new Int32Array(lists.reduce((sum, rows) => sum + rows.length, 0));
    for (let i = 0, turn = 0; i < order.length; turn++) {
      for (const rows of lists) if (turn < rows.length) order[i++] = rows[turn]!;
    }
    this.order = order;
    return order;
  }
}

/** Region and zone of a node's labels in one text; empty where it has neither. */
export function zoneOf(labels: Readonly<Record<string, string>>): string {
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`;
}
