/**
 * What Go's `encoding/json` says of a text that is no JSON: at which byte it stopped, and what it looked for there. A text that
 * is JSON is not looked at here.
 */

/** What stands at the next byte: the state that it leads to, or what was looked for. */
type State = (byte: string) => State | string;

const space = /[ \t\r\n]/;
const digit = /\d/;
const hexadecimal = /[0-9A-Fa-f]/;

class Scanner {
  private readonly open: ('key' | 'value' | 'item')[] = [];

  /** Where it begins, and where a value is due. */
  readonly beginValue: State = (byte) => {
    if (space.test(byte)) return this.beginValue;
    if (byte === '{') {
      this.open.push('key');
      return this.beginKeyOrEnd;
    }
    if (byte === '[') {
      this.open.push('item');
      return this.beginItemOrEnd;
    }
    if (byte === '"') return this.inString;
    if (byte === '-') return this.afterMinus;
    if (byte === '0') return this.afterZero;
    if (digit.test(byte)) return this.inInteger;
    for (const word of ['true', 'false', 'null']) if (byte === word[0]) return this.inWord(word, 1);
    return 'looking for beginning of value';
  };

  private readonly beginItemOrEnd: State = (byte) => {
    if (space.test(byte)) return this.beginItemOrEnd;
    return byte === ']' ? this.endValue(byte) : this.beginValue(byte);
  };

  private readonly beginKeyOrEnd: State = (byte) => {
    if (space.test(byte)) return this.beginKeyOrEnd;
    if (byte !== '}') return this.beginKey(byte);
    this.open[this.open.length - 1] = 'value';
    return this.endValue(byte);
  };

  private readonly beginKey: State = (byte) => {
    if (space.test(byte)) return this.beginKey;
    return byte === '"' ? this.inString : 'looking for beginning of object key string';
  };

  private readonly endValue: State = (byte) => {
    const inside = this.open.at(-1);
    if (inside === undefined) return space.test(byte) ? this.endValue : 'after top-level value';
    if (space.test(byte)) return this.endValue;
    const last = this.open.length - 1;
    if (inside === 'key') {
      if (byte !== ':') return 'after object key';
      this.open[last] = 'value';
      return this.beginValue;
    }
    if (byte === ',') {
      if (inside === 'item') return this.beginValue;
      this.open[last] = 'key';
      return this.beginKey;
    }
    if (byte !== (inside === 'item' ? ']' : '}'))
      return inside === 'item' ? 'after array element' : 'after object key:value pair';
    this.open.pop();
    return this.endValue;
  };

  private readonly inString: State = (byte) => {
    if (byte === '"') return this.endValue;
    if (byte === '\\') return this.inEscape;
    return byte < ' ' ? 'in string literal' : this.inString;
  };

  private readonly inEscape: State = (byte) => {
    if (byte === 'u') return this.inHexadecimal(4);
    return 'bfnrt\\/"'.includes(byte) ? this.inString : 'in string escape code';
  };

  private inHexadecimal(left: number): State {
    return (byte) => {
      if (!hexadecimal.test(byte)) return 'in \\u hexadecimal character escape';
      return left === 1 ? this.inString : this.inHexadecimal(left - 1);
    };
  }

  private readonly afterMinus: State = (byte) => {
    if (byte === '0') return this.afterZero;
    return digit.test(byte) ? this.inInteger : 'in numeric literal';
  };

  private readonly inInteger: State = (byte) => (digit.test(byte) ? this.inInteger : this.afterZero(byte));

  private readonly afterZero: State = (byte) => {
    if (byte === '.') return this.afterPoint;
    return byte === 'e' || byte === 'E' ? this.afterE : this.endValue(byte);
  };

  private readonly afterPoint: State = (byte) =>
    digit.test(byte) ? this.inFraction : 'after decimal point in numeric literal';

  private readonly inFraction: State = (byte) => {
    if (digit.test(byte)) return this.inFraction;
    return byte === 'e' || byte === 'E' ? this.afterE : this.endValue(byte);
  };

  private readonly afterE: State = (byte) => (byte === '+' || byte === '-' ? this.afterSign : this.afterSign(byte));

  private readonly afterSign: State = (byte) => (digit.test(byte) ? this.inExponent : 'in exponent of numeric literal');

  private readonly inExponent: State = (byte) => (digit.test(byte) ? this.inExponent : this.endValue(byte));

  private inWord(word: string, at: number): State {
    return (byte) => {
      if (byte !== word[at]) return `in literal ${word} (expecting '${word[at]}')`;
      return at + 1 === word.length ? this.endValue : this.inWord(word, at + 1);
    };
  }
}

const utf8 = new TextEncoder();

/** Of a text that is no JSON. */
export function syntaxWords(text: string): string {
  let state = new Scanner().beginValue;
  // At its end Go looks whether a space could stand there.
  for (const code of utf8.encode(`${text} `)) {
    const byte = String.fromCharCode(code);
    const next = state(byte);
    if (typeof next === 'string') return `invalid character ${quoted(byte)} ${next}`;
    state = next;
  }
  return 'unexpected end of JSON input';
}

const escapes: Readonly<Record<string, string>> = {
  ...{ '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' },
  ...{ '\\': '\\\\', "'": "\\'" },
};

/** As Go quotes a character: a byte of several that make one is told as the character of its number. */
function quoted(byte: string): string {
  const code = byte.charCodeAt(0);
  const digits = code.toString(16).padStart(2, '0');
  if (escapes[byte] !== undefined) return `'${escapes[byte]}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${digits}'`;
  return (code > 0x7f && code <= 0xa0) || code === 0xad ? `'\\u00${digits}'` : `'${byte}'`;
}
