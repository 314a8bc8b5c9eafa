/** Secret: what `stringData` says goes into `data`, where it wins; it is for writing only and never kept. */
import type { Strategy } from '@pintle/machinery';
import type { Secret } from '../core/v1/config.js';

export const secretStrategy: Strategy<Secret> = {
  defaults({ stringData, ...secret }) {
    const texts = Object.entries(stringData ?? {});
    if (texts.length === 0) return secret;
    const data = { ...secret.data, ...Object.fromEntries(texts.map(([key, text]) => [key, base64(text)])) };
    return { ...secret, data };
  },
};

/** Of the UTF-8 bytes. */
const base64 = (text: string) =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
