/** Makes a case smaller for as long as it shows the same: each part that is other than in its base is put back, the largest first. */
import type { FuzzCase } from './fuzz-case.js';
import { isRecord, withAt } from './mutate.js';
import type { Json } from './values.js';

/** Of one case. */
const attemptsMax = 120;

export async function shrunk(
  found: FuzzCase,
  showsTheSame: (smaller: FuzzCase) => Promise<boolean>,
): Promise<FuzzCase> {
  let best = found;
  let attempts = 0;
  const keep = async (smaller: FuzzCase): Promise<boolean> => {
    if (attempts++ >= attemptsMax || !(await showsTheSame(smaller))) return false;
    best = smaller;
    return true;
  };
  for (const option of ['accept', 'twice', 'yaml', 'validation'] as const) {
    const { [option]: given, ...without } = best;
    if (given !== undefined) await keep(without);
  }
  const visit = async (path: readonly (string | number)[], base: Json | undefined): Promise<void> => {
    const value = at(best.object, path);
    if (JSON.stringify(value) === JSON.stringify(base)) return;
    if (path.length > 0 && (await keep({ ...best, object: withAt(best.object, path, base) }))) return;
    if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--) {
        const before = Array.isArray(base) ? base[index] : undefined;
        await visit([...path, index], before);
      }
      return;
    }
    if (!isRecord(value)) return;
    const before = isRecord(base) ? base : {};
    for (const name of new Set([...Object.keys(value), ...Object.keys(before)]))
      await visit([...path, name], before[name]);
  };
  await visit([], best.base.object);
  return best;
}

const at = (value: Json | undefined, path: readonly (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (parent, key) =>
      typeof parent === 'object' && parent !== null ? (parent as Record<string, Json>)[key] : undefined,
    value,
  );
