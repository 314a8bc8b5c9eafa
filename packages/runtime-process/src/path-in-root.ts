/**
 * Paths that stay inside a folder, whatever the path says and whatever symbolic links are there already: what
 * `chroot` would make of them. Every file that an image or a mount names goes through here.
 */
import { lstat, mkdir, readdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';

const linksMax = 40;

/** A path made of `parts`, cleaned of `.`, `..` (which stops at the root) and empty parts. */
export function cleanParts(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return parts;
}

/**
 * Where `path` is in `root`, its parent's links followed as if `root` were `/`. The last part is not followed, and
 * need not exist. Errors: `PathEscapeError` for more than 40 links.
 */
export async function pathInRoot(root: string, path: string): Promise<string> {
  const pending = cleanParts(path);
  const done: string[] = [];
  let links = 0;
  while (pending.length > 0) {
    const part = pending.shift()!;
    if (part === '..') {
      done.pop();
      continue;
    }
    done.push(part);
    if (pending.length === 0) break;
    const target = await readlink(join(root, ...done)).catch(() => undefined);
    if (target === undefined) continue;
    if (++links > linksMax) throw new PathEscapeError(path, root);
    done.pop();
    if (isAbsolute(target)) done.length = 0;
    pending.unshift(...target.split('/').filter((piece) => piece !== '' && piece !== '.'));
  }
  return join(root, ...done);
}

/** A path with so many links that it can't be followed. */
export class PathEscapeError extends Error {
  readonly code = 'PINTLE_PATH_ESCAPE';
  constructor(path: string, root: string) {
    super(`path ${JSON.stringify(path)} can't be followed inside ${JSON.stringify(root)}: too many symbolic links`);
    this.name = 'PathEscapeError';
  }
}

/**
 * The target for a symbolic link at `link`, rewritten so that it leads to the same place seen from `root` as if that
 * were `/`, and never outside.
 */
export function linkTargetInRoot(root: string, link: string, target: string): string {
  const from = relative(root, dirname(link));
  const parts = cleanParts(isAbsolute(target) ? target : `${from}/${target}`);
  const inside = relative(dirname(link), join(root, ...parts));
  return inside === '' ? '.' : inside;
}

/** Makes `root` show what `folder` holds: one link for each entry. What is written beside them stays in `root`. */
export async function linkFolder(folder: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const entry of await readdir(folder)) await symlink(join(folder, entry), join(root, entry));
}

/**
 * Puts a link to `hostPath` at `path` in `root`. Folders on the way that are links into an image become folders of
 * the container's own, which show the same entries. What was at `path` is hidden.
 */
export async function linkInto(root: string, path: string, hostPath: string): Promise<void> {
  const target = await ownPath(root, path);
  await rm(target, { recursive: true, force: true });
  await symlink(hostPath, target);
}

/** The place of `path` in `root`, with every folder above it a real folder of `root`. */
export async function ownPath(root: string, path: string): Promise<string> {
  const parts = cleanParts(path);
  const last = parts.pop();
  const folder = await ownFolder(root, parts.join('/'));
  return last === undefined ? folder : join(folder, last);
}

/** The folder `path` of `root`, made where absent, it and every folder above it real folders of `root`. */
export async function ownFolder(root: string, path: string): Promise<string> {
  let at = root;
  for (const part of cleanParts(path)) {
    at = join(at, part);
    const found = await lstat(at).catch(() => undefined);
    if (found === undefined) await mkdir(at);
    else if (found.isSymbolicLink()) {
      const shown = resolve(dirname(at), await readlink(at));
      await rm(at);
      await mkdir(at);
      if ((await stat(shown).catch(() => undefined))?.isDirectory()) await linkFolder(shown, at);
    }
  }
  return at;
}
