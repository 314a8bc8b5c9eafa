/**
 * JSON to frozen values, for texts that are alike: the events of a watch, the items of a list. What a text has in common
 * with the one before is not parsed again, it is the same value: pods of one template share their template in memory. What
 * differs is parsed by comparison, down to its leaves, and what there is nothing like of by `JSON.parse`.
 *
 * It deliberately compares with one text only: what comes after something else shares nothing with what was before that.
 */
import { deepFreeze } from '../meta/frozen.js';
import { endOfValue, isNumeric, isSpace, marks, stringIn, valueIn } from './json-scan.js';
import { type Inside, type Known, leaf, partsOf, placesMax } from './known-value.js';

type Fields = Record<string, unknown>;

export class AlikeJson {
  private text: Uint8Array = new Uint8Array(0);
  /** How far `text` is read. */
  private at = 0;
  /** What `text` is compared with, and its value. */
  private like: Uint8Array = this.text;
  /** The bytes of both, to be read four at a time. */
  private textBytes = bytesOf(this.text);
  private likeBytes = this.textBytes;
  private known: Known | undefined;
  /** `like` from `sameFrom` to `sameTo` is the same as `text` so many bytes further on. */
  private further = 0;
  private sameFrom = 0;
  private sameTo = 0;

  /** The value of a text in UTF-8, deep-frozen. The bytes must not change until the next is read. Errors: `SyntaxError`. */
  parse(text: Uint8Array): unknown {
    const { known, like } = this;
    // What fails halfway leaves nothing to compare the next text with.
    this.known = undefined;
    this.compare(like, text);
    this.at = 0;
    const start = this.skipSpace();
    const found = known === undefined ? this.unlike() : this.value(known, 0, like.length);
    const end = this.at;
    if (this.skipSpace() !== text.length) throw this.malformed();
    this.known = found;
    this.like = text.subarray(start, end);
    return found.value;
  }

  /** The next value, which may be like the one that stands from `start` to `end` in `like`. */
  private value(known: Known, start: number, end: number): Known {
    if (this.isNext(start, end)) {
      this.at += end - start;
      return known;
    }
    const mark = this.text[this.at];
    if (mark === marks.quote) return leaf(this.string());
    const { value } = known;
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) {
        if (mark === marks.arrayStart) return this.array(known, start);
      } else if (mark === marks.objectStart) return this.object(known, start);
    }
    return this.unlike();
  }

  private object(known: Known, likeAt: number): Known {
    const from = this.at;
    known.inside ??= partsOf(known.value, this.like, likeAt);
    const { keys, parts, places } = known.inside;
    const nowParts = parts.slice();
    const nowPlaces = places.slice();
    this.at++;
    this.skipSpace();
    let more = this.hasFirst(marks.objectEnd);
    let i = 0;
    for (; more && i < keys.length; i++) {
      const at = i * 3;
      const keyAt = likeAt + places[at]!;
      const valueAt = likeAt + places[at + 1]!;
      if (!this.isNext(keyAt, valueAt)) break;
      nowPlaces[at] = this.at - from;
      this.at += valueAt - keyAt;
      nowPlaces[at + 1] = this.skipSpace() - from;
      nowParts[i] = this.value(parts[i]!, valueAt, likeAt + places[at + 2]!);
      nowPlaces[at + 2] = this.at - from;
      more = this.hasMore(marks.objectEnd);
    }
    if (!more && i === keys.length && i > 0) {
      const value = changed(known.value as Fields, keys, parts, nowParts);
      return { value, inside: { keys, parts: nowParts, places: nowPlaces } };
    }
    const now = { keys: keys.slice(0, i), parts: nowParts.slice(0, i), places: nowPlaces.slice(0, i * 3) };
    if (more) this.otherFields(known.inside, likeAt, now, from);
    const value = fields(now.keys, now.parts);
    // A text with a key that is there twice is nothing to compare by.
    const isClear = Object.keys(value).length === now.keys.length;
    return { value, inside: isClear ? now : { keys: [], parts: [], places: [] } };
  }

  /** The rest of an object whose fields are others, or stand in another order, than those of what it is like. */
  private otherFields(
    { keys, parts, places }: Inside,
    likeAt: number,
    now: { readonly keys: string[]; readonly parts: Known[]; readonly places: number[] },
    from: number,
  ): void {
    do {
      const keyAt = this.at;
      const key = this.string();
      this.pass(marks.colon);
      const valueAt = this.at;
      const i = keys.indexOf(key);
      now.keys.push(key);
      now.parts.push(
        i < 0 ? this.unlike() : this.value(parts[i]!, likeAt + places[i * 3 + 1]!, likeAt + places[i * 3 + 2]!),
      );
      now.places.push(keyAt - from, valueAt - from, this.at - from);
    } while (this.hasMore(marks.objectEnd));
  }

  private array(known: Known, likeAt: number): Known {
    const from = this.at;
    known.inside ??= partsOf(known.value, this.like, likeAt);
    const { parts, places } = known.inside;
    const items: unknown[] = [];
    const nowParts = parts.slice();
    const nowPlaces = places.slice();
    let before: Known | undefined;
    let beforeAt = 0;
    this.at++;
    this.skipSpace();
    for (let more = this.hasFirst(marks.arrayEnd); more; more = this.hasMore(marks.arrayEnd)) {
      const i = items.length;
      const { at } = this;
      const item: Known =
        i < parts.length
          ? this.value(parts[i]!, likeAt + places[i * 3 + 1]!, likeAt + places[i * 3 + 2]!)
          : before === undefined
            ? this.unlike()
            : this.likeBefore(before, beforeAt);
      items.push(item.value);
      if (i < placesMax) {
        nowParts[i] = item;
        nowPlaces[i * 3] = nowPlaces[i * 3 + 1] = at - from;
        nowPlaces[i * 3 + 2] = this.at - from;
      }
      before = item;
      beforeAt = at;
    }
    nowParts.length = Math.min(items.length, placesMax);
    return { value: Object.freeze(items), inside: { keys: [], parts: nowParts, places: nowPlaces } };
  }

  /** An item, compared with the one before it in this very text. */
  private likeBefore(before: Known, beforeAt: number): Known {
    const { like, text } = this;
    this.compare(text, text);
    const item = this.value(before, beforeAt, endOfValue(text, beforeAt));
    this.compare(like, text);
    return item;
  }

  private string(): string {
    const { text, at } = this;
    if (text[at] !== marks.quote) throw this.malformed();
    this.at = endOfValue(text, at);
    return stringIn(text, at, this.at);
  }

  private unlike(): Known {
    const { text, at } = this;
    this.at = endOfValue(text, at);
    return leaf(deepFreeze(valueIn(text, at, this.at)));
  }

  /** Whether what stands from `start` to `end` in `like` comes next. No byte is compared twice with the same one. */
  private isNext(start: number, end: number): boolean {
    const { text, like, at } = this;
    const further = at - start;
    if (further !== this.further || start < this.sameFrom || start > this.sameTo) {
      this.further = further;
      this.sameFrom = start;
      this.sameTo = start;
    }
    if (this.sameTo < end) {
      this.sameTo = this.differenceFrom(this.sameTo, Math.min(end, text.length - further), further);
      if (this.sameTo < end) return false;
    }
    // A number may go on where the other ended.
    return !isNumeric(like[end - 1]!) || end + further === text.length || !isNumeric(text[end + further]!);
  }

  /** Where `like` differs from `text`, `further` bytes on; `limit` where it does not. */
  private differenceFrom(from: number, limit: number, further: number): number {
    const { likeBytes, textBytes } = this;
    let at = from;
    while (at + 4 <= limit && likeBytes.getInt32(at) === textBytes.getInt32(at + further)) at += 4;
    while (at < limit && likeBytes.getUint8(at) === textBytes.getUint8(at + further)) at++;
    return at;
  }

  private compare(like: Uint8Array, text: Uint8Array): void {
    this.like = like;
    this.text = text;
    this.likeBytes = bytesOf(like);
    this.textBytes = bytesOf(text);
    this.sameFrom = 0;
    this.sameTo = -1;
  }

  private pass(mark: number): void {
    this.skipSpace();
    if (this.text[this.at++] !== mark) throw this.malformed();
    this.skipSpace();
  }

  /** Passes the end, where nothing comes before it. */
  private hasFirst(end: number): boolean {
    if (this.text[this.at] !== end) return true;
    this.at++;
    return false;
  }

  /** Passes a comma, or the end. */
  private hasMore(end: number): boolean {
    this.skipSpace();
    const mark = this.text[this.at++];
    if (mark === end) return false;
    if (mark !== marks.comma) throw this.malformed();
    this.skipSpace();
    return true;
  }

  private skipSpace(): number {
    while (isSpace(this.text[this.at]!)) this.at++;
    return this.at;
  }

  private malformed(): SyntaxError {
    return new SyntaxError(`malformed JSON at byte ${this.at}`);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);

/** `like` with other values, and of the very same form. */
function changed(like: Fields, keys: readonly string[], before: readonly Known[], now: readonly Known[]): Fields {
  const copy = { ...like };
  for (let i = 0; i < now.length; i++) if (now[i] !== before[i]) copy[keys[i]!] = now[i]!.value;
  return Object.freeze(copy);
}

function fields(keys: readonly string[], parts: readonly Known[]): Fields {
  const made: Fields = {};
  for (let i = 0; i < keys.length; i++) {
    const { value } = parts[i]!;
    // As JSON.parse: a field like any other.
    if (keys[i] === '__proto__')
      Object.defineProperty(made, '__proto__', { value, enumerable: true, configurable: true, writable: true });
    else made[keys[i]!] = value;
  }
  return Object.freeze(made);
}
