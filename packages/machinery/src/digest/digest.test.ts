import { expect, it } from '@jest/globals';
import { hmacSha256, sha256Hex } from './digest.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

// FIPS 180-4's example, and the second case of RFC 4231.
it('digests', () => {
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(hex(hmacSha256('Jefe', 'what do ya want for nothing?'))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  );
});
