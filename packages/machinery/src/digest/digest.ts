/**
 * SHA-256 and HMAC by @noble/hashes. Synchronous and without Node, which the host's own digests are not: their answers
 * would come from outside the world's time. A subpath of its own, so that who needs no digest loads none.
 */
import { hmac } from '@noble/hashes/hmac';
import { sha256 as digest } from '@noble/hashes/sha2';

const encoder = new TextEncoder();

/** Of the text in UTF-8; 32 bytes. */
export const sha256 = (text: string): Uint8Array => digest(encoder.encode(text));

/** In small hexadecimal digits. */
export const sha256Hex = (text: string): string =>
  Array.from(sha256(text), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** HMAC-SHA-256 of the text in UTF-8; 32 bytes (RFC 2104). */
export const hmacSha256 = (key: string, text: string): Uint8Array =>
  hmac(digest, encoder.encode(key), encoder.encode(text));
