/** Where a rule's `fieldPath` leads, as messages name it: `.a['b'].c` is `a.b.c` of fields and `a[b].c` of a map's keys. */
import type { SchemaNode } from '@pintle/machinery';

/** One step: `.field`, `.key` or `['field']`; quotes inside are escaped. */
const step = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/gs;

const escapes: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
};

/** Paths that lead nowhere are refused with the definition. */
export function ruleFieldPath(root: SchemaNode, fieldPath: string): string {
  let node: SchemaNode | undefined = root;
  let path = '';
  for (const [, field, quoted = ''] of fieldPath.trim().matchAll(step)) {
    const name = field ?? quoted.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
    const isField: boolean = node?.properties !== undefined;
    path += isField ? `${path === '' ? '' : '.'}${name}` : `[${name}]`;
    node = isField ? node?.properties?.[name] : node?.values;
  }
  return path;
}
