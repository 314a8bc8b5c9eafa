/**
 * The formats of texts that schemas of custom resources are held to, as kube-openapi's `strfmt` knows them. Formats that are
 * not here are not looked at.
 */
import { ipFamilyOf, parseCidr } from '../names/ip.js';
import { goDurationFault } from '../quantity/go-duration.js';

type Test = (text: string) => boolean;

const matching =
  (...patterns: readonly RegExp[]): Test =>
  (text) =>
    patterns.some((pattern) => pattern.test(text));

const uuid = (version: string, variant = '[0-9a-f]') =>
  matching(new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i'));

const labelCharacters = '[a-zA-Z0-9\\p{S}\\p{L}]';
const hostname = new RegExp(
  `^(?:${labelCharacters}(?:-?${labelCharacters}{0,62})?|(?:${labelCharacters}(?:[a-zA-Z0-9\\-\\p{S}\\p{L}]{0,61}${labelCharacters})?\\.)+[a-zA-Z\\p{L}]{2,63})$`,
  'u',
);

const isHostname: Test = (text) =>
  text.length <= 255 && text.split('.').every((label) => label.length <= 63) && hostname.test(text);

/** What Go's `url.ParseRequestURI` takes: with a scheme, or from the root on. */
const isUri: Test = (text) =>
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:|\/)/.test(text) &&
  ![...text].some((character) => character < ' ' || character === '\x7f') &&
  !/%(?![0-9A-Fa-f]{2})/.test(text);

/** An address, or a name with an address in angle brackets. */
const isEmail: Test = (text) => {
  const address = /^[^<>]*<([^<>]+)>\s*$/.exec(text)?.[1] ?? text.trim();
  return /^(?:[^\s@<>()[\]\\,;:".]+(?:\.[^\s@<>()[\]\\,;:".]+)*|"[^"]*")@(?:[^\s@<>()[\]\\,;:".]+(?:\.[^\s@<>()[\]\\,;:".]+)*|\[[^\]]*\])$/.test(
    address,
  );
};

const isDate: Test = (text) => {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (match === null) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
};

/** A date, and behind a `t` a time of day with its zone; what stands before a fraction may be any character. */
const isDateTime: Test = (text) => {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const match = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time);
  return match !== null && isDate(date) && match[1]! <= '23' && match[2]! <= '59' && match[3]! <= '59';
};

/** Of Scala's: a number with one of these, or with a word that begins as the last. */
const durationUnits = [
  ...[['ns', 'nano'] as const, ['us', 'µs', 'micro'] as const, ['ms', 'milli'] as const, ['s', 'sec'] as const],
  ...[['m', 'min'] as const, ['h', 'hr', 'hour'] as const, ['d', 'day'] as const, ['w', 'wk', 'week'] as const],
] as readonly (readonly string[])[];

const isDuration: Test = (text) =>
  goDurationFault(text) === undefined ||
  [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, unit = '']) =>
    durationUnits.some((words) => words.includes(unit.toLowerCase()) || unit.toLowerCase().startsWith(words.at(-1)!)),
  );

/** Six, eight or twenty bytes. */
const isMac: Test = (text) => {
  const pairs = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2})*$/i.test(text);
  const fours = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text);
  const bytes = text.replaceAll(/[^0-9a-f]/gi, '').length / 2;
  return (pairs || fours) && [6, 8, 20].includes(bytes);
};

const isIsbn =
  (digits: 10 | 13): Test =>
  (text) => {
    const plain = text.replaceAll(/[\s-]/g, '');
    if (!(digits === 10 ? /^\d{9}[\dX]$/ : /^\d{13}$/).test(plain)) return false;
    const values = [...plain].map((digit) => (digit === 'X' ? 10 : Number(digit)));
    const sum = values.reduce((all, value, at) => all + value * (digits === 10 ? 10 - at : at % 2 === 0 ? 1 : 3), 0);
    return sum % (digits === 10 ? 11 : 10) === 0;
  };

const isCreditCard: Test = (text) => {
  const digits = text.replaceAll(/\D/g, '');
  if (
    !/^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/.test(
      digits,
    )
  )
    return false;
  const doubled = [...digits].reverse().map((digit, at) => (at % 2 === 1 ? Number(digit) * 2 : Number(digit)));
  return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0;
};

/** Zeros may lead the numbers of an address, but for those of IPv6. */
const withoutZeros = (text: string): string => (text.includes(':') ? text : text.replace(/\b0+(?=\d)/g, ''));

const shade = '(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
const [isIsbn10, isIsbn13] = [isIsbn(10), isIsbn(13)];

const tests: Readonly<Record<string, Test>> = {
  bsonobjectid: matching(/^[0-9a-f]{24}$/i),
  uri: isUri,
  email: isEmail,
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && ipFamilyOf(withoutZeros(text)) !== undefined,
  ipv6: (text) => ipFamilyOf(text) !== undefined && text.includes(':'),
  cidr: (text) => parseCidr(withoutZeros(text)) !== undefined,
  mac: isMac,
  uuid: uuid('[0-9a-f]'),
  uuid3: uuid('3'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: matching(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matching(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
  rgbcolor: matching(new RegExp(`^rgb\\(\\s*${shade}\\s*,\\s*${shade}\\s*,\\s*${shade}\\s*\\)$`)),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  password: () => true,
  date: isDate,
  datetime: isDateTime,
  duration: isDuration,
};

/** Names of formats may have dashes. */
const nameOf = (format: string): string => format.replaceAll('-', '');

export const isKnownFormat = (format: string): boolean => Object.hasOwn(tests, nameOf(format));

/** Whether a text is of a format. */
export const hasFormat = (text: string, format: string): boolean =>
  !isKnownFormat(format) || tests[nameOf(format)]!(text);
