/** Secrets: text that is written as `stringData` is kept as `data`, and never given back as text. */
import type { Strategy } from '@pintle/machinery';
import type { Secret } from '../core/v1/index.js';

export const secretStrategy: Strategy<Secret> = {
  defaults(object) {
    const { stringData, ...rest } = object;
    if (stringData === undefined) return object;
    const written = Object.entries(stringData).map(([key, text]) => [key, base64(text)] as const);
    return { ...rest, data: { ...rest.data, ...Object.fromEntries(written) } };
  },
};

function base64(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}
