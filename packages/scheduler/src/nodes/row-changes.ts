/**
 * The rows of a table that changed, in the order in which they did, so that what is derived from rows can be brought up
 * to date without looking at all of them.
 *
 * Limits: `keptMax` changes are kept; who has not looked for longer has to look at everything.
 */

/** A power of two. */
const keptMax = 4096;

export class RowChanges {
  private readonly rows = new Int32Array(keptMax);
  /** How many changes there ever were: what a reader remembers of where it is. */
  count = 0;

  add(row: number): void {
    this.rows[this.count++ % keptMax] = row;
  }

  /** Whether all changes after the first `seen` are still known. */
  knowsSince(seen: number): boolean {
    return this.count - seen <= keptMax;
  }

  /** Writes the rows of those changes to `into`, which grows where it is short; a row may be among them more than once. */
  since(seen: number, into: RowBuffer): void {
    into.count = 0;
    for (let at = seen; at < this.count; at++) into.push(this.rows[at % keptMax]!);
  }
}

/** A list of rows that is filled again and again. */
export class RowBuffer {
  rows = new Int32Array(64);
  count = 0;

  push(row: number): void {
    if (this.count === this.rows.length) this.grow(2 * this.count);
    this.rows[this.count++] = row;
  }

  /** Makes it these rows and no others. */
  fill(rows: Int32Array): void {
    if (this.rows.length < rows.length) this.grow(rows.length);
    this.rows.set(rows);
    this.count = rows.length;
  }

  private grow(length: number): void {
    const longer = new Int32Array(length);
    longer.set(this.rows);
    this.rows = longer;
  }
}
