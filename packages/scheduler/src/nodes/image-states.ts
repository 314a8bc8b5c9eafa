/** Which nodes hold which container images, and how large those are. */
export interface ImageState {
  readonly sizeBytes: number;
  /** How many nodes hold it. */
  readonly nodes: number;
  /** Whether the node at a row holds it. */
  has(row: number): boolean;
}

interface Image {
  sizeBytes: number;
  readonly rows: Set<number>;
}

export interface NodeImage {
  readonly names?: readonly string[];
  readonly sizeBytes?: number;
}

export class ImageStates {
  private readonly images = new Map<string, Image>();

  get(name: string): ImageState | undefined {
    const image = this.images.get(name);
    return image && { sizeBytes: image.sizeBytes, nodes: image.rows.size, has: (row: number) => image.rows.has(row) };
  }

  set(row: number, before: readonly NodeImage[], images: readonly NodeImage[]): void {
    if (before === images) return;
    for (const { names = [] } of before) {
      for (const name of names) {
        const image = this.images.get(name);
        if (image?.rows.delete(row) && image.rows.size === 0) this.images.delete(name);
      }
    }
    for (const { names = [], sizeBytes = 0 } of images) {
      for (const name of names) {
        let image = this.images.get(name);
        if (image === undefined) this.images.set(name, (image = { sizeBytes, rows: new Set() }));
        image.rows.add(row);
      }
    }
  }
}

/** The name as container runtimes report it: with the tag `latest` where none is given. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
