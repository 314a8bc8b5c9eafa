/** JSON Pointers (RFC 6901), by which JSON Patches name places. */

/** Of `/metadata/annotations/example.com~1a`, its three keys. */
export const pointerKeys = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
