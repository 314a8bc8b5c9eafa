/** Addresses and ranges: what is one, how it is written, what lies in what. */
import { describe, expect, it } from '@jest/globals';
import {
  cidrErrors,
  containsRange,
  formatCidr,
  formatIp,
  ipFamilyOf,
  isNetworkAddress,
  parseCidr,
  parseIp,
} from './ip.js';

it.each([
  ['10.0.0.1', 'IPv4', '10.0.0.1'],
  ['0.0.0.0', 'IPv4', '0.0.0.0'],
  ['::', 'IPv6', '::'],
  ['::1', 'IPv6', '::1'],
  ['2001:0DB8:0:0:0:0:0:1', 'IPv6', '2001:db8::1'],
  ['2001:db8:0:1:0:0:0:1', 'IPv6', '2001:db8:0:1::1'],
  ['1:0:0:2:0:0:0:3', 'IPv6', '1:0:0:2::3'],
  ['fe80::', 'IPv6', 'fe80::'],
  ['::ffff:1.2.3.4', 'IPv6', '::ffff:102:304'],
] as const)('%s is of %s, in short %s', (text, family, short) => {
  expect(ipFamilyOf(text)).toBe(family);
  expect(formatIp(family, parseIp(text)!)).toBe(short);
});

it.each(['', '1.2.3', '01.2.3.4', '256.1.1.1', '1::2::3', 'g::', '1:2:3:4:5:6:7:8:9'])('%j is no address', (text) => {
  expect([ipFamilyOf(text), parseIp(text)]).toEqual([undefined, undefined]);
});

describe('a range', () => {
  it.each(['10.0.0.0/33', '10.0.0.0', '10.0.0.0/', '10.0.0.0/01', 'fd00::/129', '/8'])('%s is none', (text) => {
    expect(cidrErrors(text)).toEqual(['must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)']);
  });

  it.each([
    ['10.1.2.3/8', '10.0.0.0/8', false],
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['fd00:1::5/32', 'fd00:1::/32', false],
    ['0.0.0.0/0', '0.0.0.0/0', true],
  ])('%s is written %s', (text, canonical, isNetwork) => {
    expect([formatCidr(parseCidr(text)!), isNetworkAddress(parseCidr(text)!)]).toEqual([canonical, isNetwork]);
  });

  it.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.0.0.0/8', '11.0.0.0/16', false],
    ['10.1.0.0/16', '10.0.0.0/8', false],
    ['::/0', '10.0.0.0/8', false],
  ])('%s holds %s: %s', (outer, inner, holds) => {
    expect(containsRange(parseCidr(outer)!, parseCidr(inner)!)).toBe(holds);
  });
});
