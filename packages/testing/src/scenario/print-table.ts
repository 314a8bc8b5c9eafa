/** A `meta/v1` Table as `kubectl get` prints it. */

export interface Table {
  readonly columnDefinitions?: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows?: readonly { readonly cells: readonly unknown[] }[];
  readonly message?: string;
  readonly reason?: string;
}

/** Columns of priority 0, or all with `wide`; three spaces apart. */
export function printTable(table: Table, { wide }: { readonly wide: boolean }): string {
  if (table.columnDefinitions === undefined) return `Error from server (${table.reason}): ${table.message}`;
  const shown = table.columnDefinitions.flatMap(({ priority = 0 }, at) => (wide || priority === 0 ? [at] : []));
  const rows = (table.rows ?? []).map(({ cells }) => shown.map((at) => String(cells[at] ?? '<none>')));
  if (rows.length === 0) return 'No resources found';
  const lines = [shown.map((at) => table.columnDefinitions![at]!.name.toUpperCase()), ...rows];
  const widths = shown.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]! + 3))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
