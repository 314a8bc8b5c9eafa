/** JSON Pointers (RFC 6901), by which JSON Patches name places. */

/** Of `/metadata/annotations/example.com~1a`, its three keys. */
export const pointerKeys = (pointer: string): readonly string[] => pointer.split('/').slice(1).map(pointerKey);

/** One key, as a pointer has it. */
export function pointerKey(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
