/** The ports of a node's own addresses that its pods have taken. Two conflict when protocol and port are equal and the addresses are equal or one of them is any address. */
export interface HostPort {
  readonly hostIP: string;
  readonly protocol: string;
  readonly port: number;
}

const anyAddress = '0.0.0.0';

export class HostPorts {
  /** `TCP/80` to the addresses that hold it, each with the number of holders. */
  private readonly taken = new Map<string, Map<string, number>>();

  add({ hostIP, protocol, port }: HostPort): void {
    const key = `${protocol}/${port}`;
    let addresses = this.taken.get(key);
    if (addresses === undefined) this.taken.set(key, (addresses = new Map()));
    addresses.set(hostIP, (addresses.get(hostIP) ?? 0) + 1);
  }

  remove({ hostIP, protocol, port }: HostPort): void {
    const key = `${protocol}/${port}`;
    const addresses = this.taken.get(key);
    const holders = addresses?.get(hostIP);
    if (addresses === undefined || holders === undefined) return;
    if (holders > 1) addresses.set(hostIP, holders - 1);
    else if (addresses.size > 1) addresses.delete(hostIP);
    else this.taken.delete(key);
  }

  conflicts({ hostIP, protocol, port }: HostPort): boolean {
    const addresses = this.taken.get(`${protocol}/${port}`);
    if (addresses === undefined) return false;
    return hostIP === anyAddress || addresses.has(anyAddress) || addresses.has(hostIP);
  }

  get size(): number {
    return this.taken.size;
  }
}
