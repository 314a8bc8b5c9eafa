/**
 * A file that says anew what it said when the server started: read again when it changes, by its content, so that files that
 * are links, as mounted ConfigMaps are, count as well. Keeps no process from ending.
 */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

const lookEveryMs = 1_000;

export interface FollowedFileOptions {
  readonly path: string;
  /** What was read of it already. */
  readonly text: string;
  /** Takes what it says now. Errors: it cannot be used, and what it said before still counts. */
  take(text: string): Promise<void>;
  /** Told how each change went. */
  told(error: unknown): void;
  readonly everyMs?: number;
}

/** Returns how to follow it no longer. */
export function followFile({ path, text, take, told, everyMs = lookEveryMs }: FollowedFileOptions): () => void {
  let known = text;
  let reading = false;
  let again = false;
  const look = async (): Promise<void> => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      const now = await readFile(path, 'utf8');
      if (now !== known) {
        // What is wrong once is wrong until it is another.
        known = now;
        await take(now);
        told(undefined);
      }
    } catch (error) {
      told(error);
    }
    reading = false;
    if (!again) return;
    again = false;
    await look();
  };
  const listener = () => void look();
  watchFile(path, { persistent: false, interval: everyMs }, listener);
  return () => unwatchFile(path, listener);
}
