/** Puts into a row what it leaves open: its namespace, and what earlier answers of the same server told. */
import type { Row } from './row.js';

export function filled(row: Row, namespace: string, saved: ReadonlyMap<string, unknown>): Row {
  const fill = (text: string) =>
    text
      .replaceAll(/\bNS\b/g, namespace)
      .replaceAll(/\{([\w-]+)((?:\.[\w-]+)*)\}/g, (whole, name: string, path: string) => {
        if (!saved.has(name)) return whole;
        const value = path
          .split('.')
          .slice(1)
          .reduce<unknown>(
            (parent, field) => (parent as Record<string, unknown> | undefined)?.[field],
            saved.get(name),
          );
        return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
      });
  const fillAll = (value: unknown): unknown => {
    if (typeof value === 'string') return fill(value);
    if (Array.isArray(value)) return value.map(fillAll);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [fill(key), fillAll(each)]));
  };
  return {
    ...row,
    path: fill(row.path),
    ...(row.at === undefined ? {} : { at: fill(row.at) }),
    ...(row.body === undefined ? {} : { body: fillAll(row.body) }),
    ...(row.headers === undefined ? {} : { headers: fillAll(row.headers) as Record<string, string> }),
  };
}
