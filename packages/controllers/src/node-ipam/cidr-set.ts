/** Parts of one range of addresses, handed out and taken back: `10.244.0.0/16` in parts of `/24`. */
import { containsRange, formatCidr, type IpRange, parseCidr } from '@pintle/machinery';

/** Parts of one range; a range of more is only used as far (upstream's limit for IPv6). */
const partsMax = 1 << 16;

export class CidrSet {
  private readonly range: IpRange;
  private readonly count: number;
  private readonly used = new Set<number>();
  private next = 0;

  /** Errors: `RangeError` for what is no range, or has no parts of that size. */
  constructor(
    cidr: string,
    private readonly partBits: number,
  ) {
    const range = parseCidr(cidr);
    if (range === undefined || partBits < range.prefixBits || partBits > (range.family === 'IPv4' ? 32 : 128))
      throw new RangeError(`${JSON.stringify(cidr)} has no parts of /${partBits}`);
    this.range = range;
    this.count = Math.min(2 ** (partBits - range.prefixBits), partsMax);
  }

  /** The next part that is free; undefined where none is. */
  allocate(): string | undefined {
    for (let tried = 0; tried < this.count; tried++) {
      const index = (this.next + tried) % this.count;
      if (this.used.has(index)) continue;
      this.used.add(index);
      this.next = (index + 1) % this.count;
      return this.part(index);
    }
    return undefined;
  }

  /** Marks all parts that `cidr` is in or covers; false: it lies elsewhere. */
  occupy(cidr: string): boolean {
    const indexes = this.indexesOf(cidr);
    for (const index of indexes) this.used.add(index);
    return indexes.length > 0;
  }

  release(cidr: string): void {
    for (const index of this.indexesOf(cidr)) this.used.delete(index);
  }

  private part(index: number): string {
    return formatCidr({ ...this.range, address: this.base + (BigInt(index) << this.shift), prefixBits: this.partBits });
  }

  private get width(): number {
    return this.range.family === 'IPv4' ? 32 : 128;
  }

  private get shift(): bigint {
    return BigInt(this.width - this.partBits);
  }

  private get base(): bigint {
    const rest = BigInt(this.width - this.range.prefixBits);
    return (this.range.address >> rest) << rest;
  }

  private indexesOf(cidr: string): readonly number[] {
    const range = parseCidr(cidr);
    if (range === undefined || range.family !== this.range.family) return [];
    if (containsRange(range, this.range)) return Array.from({ length: this.count }, (_, index) => index);
    if (!containsRange(this.range, range)) return [];
    const first = Number((range.address - this.base) >> this.shift);
    const length = range.prefixBits >= this.partBits ? 1 : 2 ** (this.partBits - range.prefixBits);
    return Array.from({ length }, (_, offset) => first + offset).filter((index) => index < this.count);
  }
}
