/** Puts into a row what it leaves open: its namespace, and what earlier answers of the same server told. */
import type { Row } from './row.js';

const placeholders = /\{([\w-]+)((?:\.[\w-]+)*)\}/g;

export function filled(row: Row, namespace: string, saved: ReadonlyMap<string, unknown>): Row {
  const valueAt = (name: string, path: string) =>
    path
      .split('.')
      .slice(1)
      .reduce<unknown>((parent, field) => (parent as Record<string, unknown> | undefined)?.[field], saved.get(name));
  const fill = (text: string) =>
    text.replaceAll(/\bNS\b/g, namespace).replaceAll(placeholders, (whole, name: string, path: string) => {
      if (!saved.has(name)) return whole;
      const value = valueAt(name, path);
      return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    });
  /** A number stays one where there is nothing else. */
  const numberIn = (text: string) => {
    const [whole, name = '', path = ''] = text.match(new RegExp(placeholders.source)) ?? [];
    const value = whole === text ? valueAt(name, path) : undefined;
    return typeof value === 'number' ? value : undefined;
  };
  const fillAll = (value: unknown): unknown => {
    if (typeof value === 'string') return numberIn(value) ?? fill(value);
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
