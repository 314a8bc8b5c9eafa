/** Bytes as the text that JSON has for them. */

/** As many arguments as a call takes on any stack. */
const chunkBytes = 8 * 1024;

export function toBase64(bytes: Uint8Array): string {
  let characters = '';
  for (let at = 0; at < bytes.length; at += chunkBytes)
    characters += String.fromCharCode(...bytes.subarray(at, at + chunkBytes));
  return btoa(characters);
}

/** Errors: as of `atob`, for what is no base64. */
export const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
