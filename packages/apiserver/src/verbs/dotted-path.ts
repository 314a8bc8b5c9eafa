/** Places in objects as definitions name them: `.spec.replicas`. */
export const partsOf = (dotted: string): readonly string[] => dotted.split('.').filter((part) => part !== '');

export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = (at as Record<string, unknown> | null | undefined)?.[key];
  return at;
}
