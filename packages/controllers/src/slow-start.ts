/**
 * Work that begins with one item and has one more under way for each that succeeded, so that a quota is met gently.
 * Called by the controllers that make many pods at once. It retries nothing.
 *
 * Differs from Kubernetes: the work goes on where kube-controller-manager waits for the last of a batch before it begins
 * one of twice the size. As there, no more is under way than has succeeded, and one.
 */

/**
 * After a failure nothing more is begun; it is thrown when all that had begun is over. `underWayMax` bounds how much is
 * under way at once.
 */
export function inSlowStart<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  { underWayMax = Number.POSITIVE_INFINITY }: { readonly underWayMax?: number } = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    let [begun, underWay, succeeded] = [0, 0, 0];
    let failure: { readonly error: unknown } | undefined;
    const goOn = () => {
      const most = Math.min(succeeded + 1, underWayMax);
      while (failure === undefined && begun < items.length && underWay < most) {
        underWay++;
        act(items[begun++]!).then(
          () => {
            succeeded++;
            over();
          },
          (error: unknown) => {
            failure ??= { error };
            over();
          },
        );
      }
      if (underWay > 0) return;
      if (failure === undefined) resolve();
      else reject(failure.error);
    };
    const over = () => {
      underWay--;
      goOn();
    };
    goOn();
  });
}
