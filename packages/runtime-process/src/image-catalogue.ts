/**
 * The catalogue that stands where others have a registry: it maps an image's name, or a pattern of names, to
 * what its containers run. Pure: nothing is read from disk here (`oci-layout.ts` does).
 */
import { ImageNotFoundError } from '@pintle/contracts';

/** What an image's containers run. */
export type ImageSource =
  /** The programs of this machine. Its containers must name a command. */
  | 'host'
  /** A folder of this machine, linked into each container's root, and what runs in it by default. */
  | { readonly folder: string; readonly command?: readonly string[]; readonly env?: Readonly<Record<string, string>> }
  /** An OCI image layout (a folder with `oci-layout` and `index.json`), unpacked once. `reference` picks one of several images in it. */
  | { readonly ociLayout: string; readonly reference?: string };

/** Keys are image names (`shop/web:1.0`) or patterns in which `*` stands for any characters (`node:*`). */
export type ImageCatalogue = Readonly<Record<string, ImageSource>>;

/** The name with the tag `latest` where it names neither tag nor digest. */
export function withDefaultTag(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  return last.includes(':') || last.includes('@') ? image : `${image}:latest`;
}

/**
 * Finds an image. An exact name goes before patterns, and a longer pattern before a shorter one. A key without a
 * tag means the tag `latest`, as in an image's name.
 *
 * Errors: `ImageNotFoundError`, whose message names the catalogue and what it holds.
 */
export function resolveImage(catalogue: ImageCatalogue, image: string): ImageSource {
  const wanted = withDefaultTag(image);
  const keys = Object.keys(catalogue).sort(
    (a, b) => Number(a.includes('*')) - Number(b.includes('*')) || b.length - a.length,
  );
  const found = keys.find((key) =>
    key.includes('*') ? matches(key, wanted) || matches(key, image) : withDefaultTag(key) === wanted,
  );
  if (found !== undefined) return catalogue[found]!;
  const known =
    keys.length === 0
      ? 'it is empty'
      : `it knows ${keys.slice(0, keysShownMax).join(', ')}${keys.length > keysShownMax ? ', …' : ''}`;
  throw new ImageNotFoundError(
    image,
    `the image catalogue of the process runtime has no entry for it (${known}); add one to \`images\``,
  );
}

const keysShownMax = 20;

function matches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  if (!text.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let from = head.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return text.length - tail.length >= from && text.endsWith(tail);
}
