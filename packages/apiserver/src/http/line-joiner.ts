/** Lines that wait for a socket, as the pieces that they go out in. What many watchers send in one turn is joined once. */

/** Lines go out together up to so much. */
const pieceBytesMax = 256 * 1024;
/** Pieces kept for the next watcher. */
const sharedPiecesMax = 8;

interface Joined {
  readonly lines: readonly Uint8Array[];
  readonly piece: Uint8Array;
}

export class LineJoiner {
  /** By the first of their lines. */
  private readonly shared = new Map<Uint8Array, Joined>();

  *pieces(lines: readonly Uint8Array[]): Iterable<Uint8Array> {
    for (let from = 0; from < lines.length; ) {
      let to = from;
      let bytes = 0;
      do bytes += lines[to++]!.length;
      while (to < lines.length && bytes + lines[to]!.length <= pieceBytesMax);
      yield to === from + 1 ? lines[from]! : this.joined(lines, from, to, bytes);
      from = to;
    }
  }

  private joined(lines: readonly Uint8Array[], from: number, to: number, bytes: number): Uint8Array {
    const first = lines[from]!;
    const known = this.shared.get(first);
    if (known?.lines.length === to - from && known.lines.every((line, index) => line === lines[from + index]))
      return known.piece;
    const piece = new Uint8Array(bytes);
    for (let at = 0, index = from; index < to; at += lines[index++]!.length) piece.set(lines[index]!, at);
    this.shared.delete(first);
    this.shared.set(first, { lines: lines.slice(from, to), piece });
    if (this.shared.size > sharedPiecesMax) this.shared.delete(this.shared.keys().next().value!);
    return piece;
  }
}
