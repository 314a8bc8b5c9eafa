/** What partitions of a device share: each consumes of counters of its pool, and no more can be taken than there is. */
import { parseQuantity } from '@pintle/machinery';
import type { DevicePool, PoolDevice } from './device-pools.js';

/** By `set/counter` what is left, in billionths. */
type Left = Map<string, bigint>;

export class DeviceCounters {
  private readonly pools = new Map<DevicePool, Left>();
  private readonly taken = new Map<string, number>();

  constructor(private readonly isUsed: (id: string) => boolean) {}

  /** False, and nothing is taken, where too little is left. */
  take(device: PoolDevice): boolean {
    const left = this.leftOf(device.pool);
    const wanted = [...consumption(device)];
    for (const [counter, amount] of wanted) if ((left.get(counter) ?? 0n) < amount) return false;
    for (const [counter, amount] of wanted) left.set(counter, left.get(counter)! - amount);
    this.taken.set(device.id, (this.taken.get(device.id) ?? 0) + 1);
    return true;
  }

  /** Nothing where nothing was taken for the device. */
  giveBack(device: PoolDevice): void {
    const times = this.taken.get(device.id) ?? 0;
    if (times === 0) return;
    this.taken.set(device.id, times - 1);
    const left = this.leftOf(device.pool);
    for (const [counter, amount] of consumption(device)) left.set(counter, (left.get(counter) ?? 0n) + amount);
  }

  private leftOf(pool: DevicePool): Left {
    let left = this.pools.get(pool);
    if (left !== undefined) return left;
    left = new Map();
    for (const { name, counters } of pool.counterSets)
      for (const [counter, { value }] of Object.entries(counters)) left.set(`${name}/${counter}`, nanoOf(value));
    for (const device of pool.devices) {
      if (!device.device.consumesCounters?.length || !this.isUsed(device.id)) continue;
      for (const [counter, amount] of consumption(device)) left.set(counter, (left.get(counter) ?? 0n) - amount);
    }
    this.pools.set(pool, left);
    return left;
  }
}

function* consumption({ device }: PoolDevice): Iterable<readonly [counter: string, amount: bigint]> {
  for (const { counterSet, counters } of device.consumesCounters ?? [])
    for (const [counter, { value }] of Object.entries(counters)) yield [`${counterSet}/${counter}`, nanoOf(value)];
}

const nanoOf = (quantity: string | number) => parseQuantity(quantity).nano;
