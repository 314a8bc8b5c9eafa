/** Fields that an apply would take from others, as kube-apiserver tells of them (`managedfields/internal/conflict`). */

/** Who manages fields: one for each entry of `managedFields`. */
export interface Manager {
  readonly manager: string;
  readonly operation: string;
  /** Of an update. An applier is the same one in every version. */
  readonly apiVersion?: string;
  readonly subresource?: string;
}

export interface FieldConflict extends Manager {
  /** As `.spec.replicas`. */
  readonly field: string;
}

/** `"kubectl-edit" with subresource "status" using apps/v1`. */
export function describeManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const who = JSON.stringify(manager);
  const where = subresource ? `${who} with subresource ${JSON.stringify(subresource)}` : who;
  return operation === 'Update' ? `${where} using ${apiVersion}` : where;
}

/** By manager, its fields listed. */
export function describeConflicts(conflicts: readonly FieldConflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1)
    return `Apply failed with 1 conflict: conflict with ${describeManager(first)}: ${first.field}`;
  const byManager = new Map<string, string[]>();
  for (const conflict of conflicts) {
    const by = describeManager(conflict);
    byManager.set(by, [...(byManager.get(by) ?? []), conflict.field]);
  }
  const texts = [...byManager].map(([by, fields]) =>
    [`conflicts with ${by}:`, ...fields.map((field) => `- ${field}`)].join('\n'),
  );
  return `Apply failed with ${conflicts.length} conflicts: ${texts.join('\n')}`;
}
