import { expect, it } from '@jest/globals';
import { hasFormat } from './string-formats.js';

/** By format, texts that have it and texts that have not. */
const cases: Readonly<Record<string, readonly [yes: readonly string[], no: readonly string[]]>> = {
  bsonobjectid: [['507f1f77bcf86cd799439011'], ['507f', 'x07f1f77bcf86cd799439011']],
  uri: [
    ['https://a.example/b?c', 'mailto:a', '/a/b', '/a%20b'],
    ['::', 'a/b', '', '/%zz', 'http://a\n'],
  ],
  email: [
    ['a@example.com', 'A B <a.b@example.com>', '"a b"@x'],
    ['a', 'a@', '@b', 'a b@c', 'a@b@c'],
  ],
  hostname: [
    ['a', 'a.example', '1.example', 'ä.example'],
    ['-a', 'a_b', '', `${'a'.repeat(64)}.example`],
  ],
  ipv4: [
    ['192.0.2.1', '::ffff:192.0.2.1'],
    ['192.0.2', '2001:db8::1', '192.0.2.256'],
  ],
  ipv6: [['2001:db8::1'], ['192.0.2.1', '2001:db8::g']],
  cidr: [
    ['192.0.2.0/24', '2001:db8::/32'],
    ['192.0.2.0', '192.0.2.0/33'],
  ],
  mac: [
    ['00:00:5e:00:53:01', '02-00-5e-10-00-00-00-01', '0000.5e00.5301'],
    ['00:00:5e:00:53', '00:00-5e:00:53:01', ''],
  ],
  uuid: [
    ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', '6BA7B8109DAD11D180B400C04FD430C8'],
    ['6ba7b810', ''],
  ],
  uuid3: [['6ba7b810-9dad-31d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-41d1-80b4-00c04fd430c8']],
  uuid4: [['6ba7b810-9dad-41d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-41d1-c0b4-00c04fd430c8']],
  uuid5: [['6ba7b810-9dad-51d1-80b4-00c04fd430c8'], ['6ba7b810-9dad-41d1-80b4-00c04fd430c8']],
  isbn: [['0321751043', '978-0321751041'], ['0321751044']],
  isbn10: [['0321751043', '080442957X'], ['978-0321751041']],
  isbn13: [['978-0321751041'], ['978-0321751042']],
  creditcard: [['4111 1111 1111 1111'], ['4111 1111 1111 1112', '1']],
  ssn: [['111-11-1111', '111111111'], ['111-1-1111']],
  hexcolor: [
    ['#FFFFFF', 'abc'],
    ['#FFFF', 'xyz'],
  ],
  rgbcolor: [['rgb(255,0, 2)'], ['rgb(256,0,0)', 'rgb(1,2)']],
  date: [['2026-02-28'], ['2026-02-30', '2026-2-8', 'x', '2026-02-28T00:00:00Z']],
  duration: [
    ['1h30m', '22 ns', '3 weeks', '-1.5s', '2Days'],
    ['x', '5', '1 fortnight'],
  ],
  'b-son-object-id': [['507f1f77bcf86cd799439011'], ['507f']],
  'of-nobody': [['anything'], []],
};

it.each(Object.entries(cases))('%s', (format, [yes, no]) => {
  expect([yes, no].map((texts) => texts.filter((text) => hasFormat(text, format)))).toEqual([yes, []]);
});
