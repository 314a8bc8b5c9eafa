/**
 * The JSONPath of printer columns: fields, indexes, `[*]`, and filters by equality. Compiled once for a column.
 * Not here: ranges, unions and recursive descent, which a CustomResourceDefinition's columns may not use.
 */

type Step = (values: readonly unknown[]) => readonly unknown[];

export class JsonPathError extends Error {
  readonly code = 'PINTLE_JSON_PATH';
  constructor(path: string, at: number) {
    super(`JSONPath ${JSON.stringify(path)} cannot be read at position ${at}`);
    this.name = 'JsonPathError';
  }
}

const token =
  /\.([A-Za-z0-9_\-/]+|\*)|\.?\[(\d+|\*)\]|\.?\['((?:[^'\\]|\\.)*)'\]|\.?\[\?\(\s*@\.([A-Za-z0-9_\-.]+)\s*==\s*(?:"([^"]*)"|'([^']*)'|(true|false|-?\d+))\s*\)\]/y;

/** All that the path leads to, in order. Errors: `JsonPathError`. */
export function compileJsonPath(path: string): (value: unknown) => readonly unknown[] {
  const steps: Step[] = [];
  const text = path.startsWith('{') && path.endsWith('}') ? path.slice(1, -1) : path;
  const full = text.startsWith('.') || text.startsWith('[') ? text : `.${text}`;
  let at = 0;
  while (at < full.length) {
    token.lastIndex = at;
    // A dot before a label key may be escaped, as in `.metadata.labels.app\.kubernetes\.io/name`.
    const escaped = /\.((?:[A-Za-z0-9_\-/]|\\\.)+)/y;
    escaped.lastIndex = at;
    const plain = escaped.exec(full);
    if (plain?.[1]?.includes('\\')) {
      steps.push(fieldStep(plain[1].replaceAll('\\.', '.')));
      at = escaped.lastIndex;
      continue;
    }
    const match = token.exec(full);
    if (match === null) throw new JsonPathError(path, at);
    at = token.lastIndex;
    // A filter's own path is compiled by this very function, and token.
    steps.push(stepOf(match));
  }
  return (value) => steps.reduce<readonly unknown[]>((values, step) => step(values), [value]);
}

function stepOf([, field, index, quoted, filterPath, doubleQuoted, singleQuoted, bare]: RegExpExecArray): Step {
  if (field === '*' || index === '*')
    return (values) =>
      values.flatMap((value) => (Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []));
  if (field !== undefined || quoted !== undefined) return fieldStep(field ?? quoted!.replaceAll(/\\(.)/g, '$1'));
  if (index !== undefined)
    return (values) =>
      values.flatMap((value) => (Array.isArray(value) && Number(index) < value.length ? [value[Number(index)]] : []));
  const wanted = doubleQuoted ?? singleQuoted ?? bare!;
  const read = compileJsonPath(`.${filterPath}`);
  return (values) =>
    values.flatMap((value) =>
      Array.isArray(value) ? value.filter((item) => read(item).some((found) => String(found) === wanted)) : [],
    );
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const fieldStep =
  (name: string): Step =>
  (values) =>
    values.flatMap((value) =>
      isObject(value) && Object.hasOwn(value, name) && value[name] !== undefined ? [value[name]] : [],
    );
