/**
 * Texts as small integers, counted, so that columns hold numbers and equal things are compared once.
 *
 * Invariants: 1. a number is given to one text as long as anybody holds it. 2. 0 is never given: it means
 * "none". 3. numbers of dropped texts are used again, so the size follows what is held, not what ever was.
 */
export class Dictionary<V> {
  private readonly ids = new Map<string, number>();
  private readonly entries: ({ readonly text: string; readonly value: V; holders: number } | undefined)[] = [undefined];
  private readonly free: number[] = [];

  /** The number of `text`, made with `value()` where it is new; held once more. */
  acquire(text: string, value: () => V): number {
    const known = this.ids.get(text);
    if (known !== undefined) {
      this.entries[known]!.holders++;
      return known;
    }
    const id = this.free.pop() ?? this.entries.length;
    this.entries[id] = { text, value: value(), holders: 1 };
    this.ids.set(text, id);
    return id;
  }

  release(id: number): void {
    const entry = this.entries[id];
    if (entry === undefined || --entry.holders > 0) return;
    this.ids.delete(entry.text);
    this.entries[id] = undefined;
    this.free.push(id);
  }

  /** The number of `text`, or 0. */
  find(text: string): number {
    return this.ids.get(text) ?? 0;
  }

  text(id: number): string | undefined {
    return this.entries[id]?.text;
  }

  value(id: number): V | undefined {
    return this.entries[id]?.value;
  }

  /** How many texts are held. */
  get size(): number {
    return this.ids.size;
  }

  /** One more than the highest number ever given: the length of an array indexed by number. */
  get bound(): number {
    return this.entries.length;
  }
}
