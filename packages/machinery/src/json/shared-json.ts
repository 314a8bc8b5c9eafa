/**
 * A row of JSON texts in which a part that stood before is named and not told again: the first state of a watch, of whose
 * objects most share their template. Both sides count parts, which are objects and arrays, in the order in which they begin;
 * a text that is a mark and a number stands for the part of that number. Servers and clients of Pintle agree on it by its
 * media type; everybody else is served plain JSON.
 *
 * Invariants: 1. Reading what was written gives equal values, frozen, that share what the written ones shared. 2. After
 * `partsMax` parts, at the next value, both sides forget and count anew, so neither grows.
 */
import { parseJson, stringifyJson } from './json-text.js';

/** Behind the mark stands the number of a part. No text of Kubernetes begins with it: a value with one that does is not written. */
const mark = '\u007f';
const markCode = 0x7f;

/** Both sides must have the same. With it a stream takes some hundred kilobytes at its server. */
const partsMax = 4096;

/** What a client accepts that reads rows by `SharedJsonReader`. */
export const sharedJsonMedia = 'application/vnd.pintle.shared+json';

type Fields = Record<string, unknown>;

export class SharedJsonWriter {
  private readonly numbers = new Map<object, number>();
  private marked = false;

  /** The text of a frozen value; undefined where it holds a text that begins as the name of a part does. */
  write(value: object): string | undefined {
    if (this.numbers.size >= partsMax) this.numbers.clear();
    this.marked = false;
    const known = this.numbers.size;
    const told = this.told(value);
    if (!this.marked) return stringifyJson(told);
    // Nobody reads it, so its parts are not known to anybody.
    for (const [part, number] of this.numbers) if (number >= known) this.numbers.delete(part);
    return undefined;
  }

  private told(part: object): unknown {
    const number = this.numbers.get(part);
    if (number !== undefined) return mark + number;
    this.numbers.set(part, this.numbers.size);
    return Array.isArray(part) ? this.items(part) : this.fields(part as Fields);
  }

  private items(items: readonly unknown[]): readonly unknown[] {
    let changed: unknown[] | undefined;
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (typeof item === 'string') this.check(item);
      else if (typeof item === 'object' && item !== null) {
        const told = this.told(item);
        if (told !== item) (changed ??= items.slice())[i] = told;
      }
    }
    return changed ?? items;
  }

  private fields(fields: Fields): Fields {
    let changed: Fields | undefined;
    for (const key in fields) {
      const value = fields[key];
      if (typeof value === 'string') this.check(value);
      else if (typeof value === 'object' && value !== null) {
        const told = this.told(value);
        if (told !== value) (changed ??= { ...fields })[key] = told;
      }
    }
    return changed ?? fields;
  }

  private check(text: string): void {
    if (text.charCodeAt(0) === markCode) this.marked = true;
  }
}

export class SharedJsonReader {
  private parts: object[] = [];

  /** The value, deep-frozen. Errors: `SyntaxError`. */
  read(text: string): unknown {
    if (this.parts.length >= partsMax) this.parts = [];
    const value: unknown = parseJson(text);
    if (typeof value !== 'object' || value === null) throw new SyntaxError('an object or an array is expected');
    this.note(value);
    return value;
  }

  /** Puts the parts that are named into their places. */
  private note(part: object): void {
    this.parts.push(part);
    if (Array.isArray(part)) this.noteItems(part);
    else this.noteFields(part as Fields);
    Object.freeze(part);
  }

  private noteItems(items: unknown[]): void {
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (typeof item === 'string') {
        if (item.charCodeAt(0) === markCode) items[i] = this.named(item);
      } else if (typeof item === 'object' && item !== null) this.note(item);
    }
  }

  private noteFields(fields: Fields): void {
    for (const key in fields) {
      const value = fields[key];
      if (typeof value === 'string') {
        if (value.charCodeAt(0) === markCode) fields[key] = this.named(value);
      } else if (typeof value === 'object' && value !== null) this.note(value);
    }
  }

  private named(text: string): object {
    const part = this.parts[Number(text.slice(1))];
    // A part that holds itself is none of JSON, and is not frozen yet.
    if (part === undefined || !Object.isFrozen(part)) throw new SyntaxError(`no part ${text.slice(1)} stood before`);
    return part;
  }
}
