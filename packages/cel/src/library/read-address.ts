/** Text read as an IP address, or why it is none: in the words of Go's `netip`. */

export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly zone?: string;
}

/** What is wrong, and the rest of the text from where it is. */
class Fault {
  constructor(
    readonly words: string,
    readonly at?: string,
  ) {}
}

/** Go's `%q`. */
export const quotedText = (text: string): string =>
  JSON.stringify(text).replaceAll(/\\u00([01][0-9a-f])|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (found, code?: string) =>
    code === undefined
      ? unprinted(found.codePointAt(0)!)
      : code === '07'
        ? '\\a'
        : code === '0b'
          ? '\\v'
          : `\\x${code}`,
  );

function unprinted(code: number): string {
  const digits = code.toString(16);
  if (code < 0x80) return `\\x${digits}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** A text is why there is no address. */
export function readAddress(text: string): Address | string {
  const read = reading(text);
  if (!(read instanceof Fault)) return read;
  const { words, at } = read;
  return `ParseAddr(${quotedText(text)}): ${words}${at === undefined ? '' : ` (at ${quotedText(at)})`}`;
}

function reading(text: string): Address | Fault {
  const [first] = /[.:%]/.exec(text) ?? [];
  if (first === undefined) return new Fault('unable to parse IP');
  if (first === '%') return new Fault('missing IPv6 address');
  if (first === '.') {
    const bits = fourOctets(text);
    return bits instanceof Fault ? bits : { family: 4, bits };
  }
  const [address = '', ...zones] = text.split('%');
  const zone = zones.length === 0 ? undefined : zones.join('%');
  if (zone === '') return new Fault('zone must be a non-empty string');
  const bits = eightGroups(address);
  return bits instanceof Fault ? bits : { family: 6, bits, ...(zone === undefined ? {} : { zone }) };
}

function fourOctets(text: string): bigint | Fault {
  const octets = [''];
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const octet = octets.at(-1)!;
    if (char === '.') {
      if (octet === '' || at === text.length - 1)
        return new Fault('IPv4 field must have at least one digit', text.slice(at));
      if (octets.length === 4) return new Fault('IPv4 address too long');
      octets.push('');
    } else if (char >= '0' && char <= '9') {
      if (octet === '0') return new Fault('IPv4 field has octet with leading zero');
      if (Number(octet + char) > 255) return new Fault('IPv4 field has value >255');
      octets[octets.length - 1] = octet + char;
    } else return new Fault('unexpected character', text.slice(at));
  }
  if (octets.length < 4) return new Fault('IPv4 address too short');
  return octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n);
}

/** Groups of 16 bits, of which `::` stands for all that are not written. */
function eightGroups(text: string): bigint | Fault {
  const groups: bigint[] = [];
  let hidden = text.startsWith('::') ? 0 : undefined;
  let rest = hidden === undefined ? text : text.slice(2);
  while (groups.length < 8 && !(rest === '' && hidden !== undefined && hidden === groups.length)) {
    const [digits = ''] = /^[0-9a-fA-F]*/.exec(rest) ?? [];
    if (digits.length > 4) return new Fault('each group must have 4 or less digits', rest);
    if (digits === '') return new Fault('each colon-separated field must have at least one digit', rest);
    if (rest[digits.length] === '.') {
      if (hidden === undefined && groups.length !== 6)
        return new Fault('embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (groups.length > 6)
        return new Fault('too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      const four = fourOctets(rest);
      if (four instanceof Fault) return four;
      groups.push(four >> 16n, four & 0xffffn);
      rest = '';
      break;
    }
    groups.push(BigInt(`0x${digits}`));
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (rest[0] !== ':') return new Fault('unexpected character, want colon', rest);
    if (rest === ':') return new Fault('colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (rest.startsWith(':')) {
      if (hidden !== undefined) return new Fault('multiple :: in address', rest);
      hidden = groups.length;
      rest = rest.slice(1);
    }
  }
  if (rest !== '') return new Fault('trailing garbage after address', rest);
  if (groups.length < 8 && hidden === undefined) return new Fault('address string too short');
  if (groups.length === 8 && hidden !== undefined)
    return new Fault('the :: must expand to at least one field of zeros');
  const zeros = Array<bigint>(8 - groups.length).fill(0n);
  return groups.toSpliced(hidden ?? 8, 0, ...zeros).reduce((bits, group) => (bits << 16n) | group, 0n);
}
