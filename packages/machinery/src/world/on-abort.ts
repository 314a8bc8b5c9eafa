/**
 * Many who follow one signal, by one listener: a reconcile's signal goes to every request that it makes, and hosts warn of
 * signals with more than ten listeners, each of which costs more than all of these.
 */

/** Who follows, by signal; forgotten with it. */
const followers = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `told` when `signal` is aborted, unless the returned function was called before. A signal that is aborted already
 * tells nobody: look first. `told` must not throw.
 */
export function onAbort(signal: AbortSignal | undefined, told: () => void): () => void {
  if (signal === undefined) return () => {};
  const all = followers.get(signal) ?? followed(signal);
  all.add(told);
  return () => {
    all.delete(told);
  };
}

function followed(signal: AbortSignal): Set<() => void> {
  const all = new Set<() => void>();
  followers.set(signal, all);
  signal.addEventListener(
    'abort',
    () => {
      followers.delete(signal);
      for (const told of all) told();
    },
    { once: true },
  );
  return all;
}
