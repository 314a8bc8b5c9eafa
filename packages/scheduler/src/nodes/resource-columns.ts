/**
 * Resources as columns: for each resource, what every node has and what its pods asked for. CPU is in
 * thousandths of a core, memory and storage in bytes, all else in units.
 *
 * Limits: amounts are doubles and exact up to 2^53 (90 TB times the highest score of 100).
 */
export interface ResourceColumn {
  readonly name: string;
  allocatable: Float64Array;
  requested: Float64Array;
}

export class ResourceColumns {
  private readonly byName = new Map<string, ResourceColumn>();
  readonly cpu: ResourceColumn;
  readonly memory: ResourceColumn;
  readonly ephemeralStorage: ResourceColumn;

  constructor(private capacity: number) {
    this.cpu = this.make('cpu');
    this.memory = this.make('memory');
    this.ephemeralStorage = this.make('ephemeral-storage');
  }

  /** The column of `name`, if any node or pod ever named it. */
  find(name: string): ResourceColumn | undefined {
    return this.byName.get(name);
  }

  make(name: string): ResourceColumn {
    let column = this.byName.get(name);
    if (column === undefined) {
      column = { name, allocatable: new Float64Array(this.capacity), requested: new Float64Array(this.capacity) };
      this.byName.set(name, column);
    }
    return column;
  }

  grow(capacity: number): void {
    this.capacity = capacity;
    for (const column of this.byName.values()) {
      column.allocatable = grown(column.allocatable, capacity);
      column.requested = grown(column.requested, capacity);
    }
  }

  clearAllocatable(row: number): void {
    for (const column of this.byName.values()) column.allocatable[row] = 0;
  }

  all(): Iterable<ResourceColumn> {
    return this.byName.values();
  }
}

export function grown(array: Float64Array, capacity: number): Float64Array {
  const next = new Float64Array(capacity);
  next.set(array);
  return next;
}

/** Whether the name is of a resource that is counted in units: extended, huge pages, attachable volumes. */
export function isScalarResource(name: string): boolean {
  return (
    isExtendedResource(name) ||
    name.startsWith('hugepages-') ||
    name.startsWith('attachable-volumes-') ||
    name.includes('kubernetes.io/')
  );
}

/** Whether the name is of a resource outside Kubernetes' own domain, as `example.com/gpu`. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}
