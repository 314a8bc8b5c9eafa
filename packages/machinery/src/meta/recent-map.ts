/**
 * A map that forgets what was not set for long: it always knows the last `recentMin` texts that were set, and never more
 * than twice as many. Forgetting costs nothing, as it is done by whole halves.
 */
export class RecentMap<V> {
  private recent = new Map<string, V>();
  private older = new Map<string, V>();

  constructor(private readonly recentMin: number) {}

  get(key: string): V | undefined {
    return this.recent.get(key) ?? this.older.get(key);
  }

  set(key: string, value: V): void {
    this.recent.set(key, value);
    if (this.recent.size < this.recentMin) return;
    this.older = this.recent;
    this.recent = new Map();
  }

  delete(key: string): void {
    this.recent.delete(key);
    this.older.delete(key);
  }
}
