/** The constraint that the devices of some requests have the same value of an attribute. */
import type { DeviceAttribute, ResourceClaim } from '@pintle/api/resource/v1beta1';
import type { PoolDevice } from './device-pools.js';
import { type Ask, nameOf } from './device-requests.js';

export class MatchAttribute {
  private value: string | undefined;
  private devices = 0;

  private constructor(
    private readonly attribute: string,
    private readonly requests: ReadonlySet<string>,
  ) {}

  /** Errors: where the claim has a constraint that is not known. */
  static of(claim: ResourceClaim): readonly MatchAttribute[] {
    return (claim.spec.devices?.constraints ?? []).map(({ matchAttribute, requests = [] }, i) => {
      if (matchAttribute === undefined) {
        const what = 'empty constraint (unsupported constraint type?)';
        throw new Error(`claim ${nameOf(claim)}, constraint #${i}: ${what}`);
      }
      return new MatchAttribute(matchAttribute, new Set(requests));
    });
  }

  /** False where the device has another value, or none. */
  add(ask: Ask, device: PoolDevice): boolean {
    if (!this.concerns(ask)) return true;
    const value = attributeText(device, this.attribute);
    if (value === undefined || (this.devices > 0 && value !== this.value)) return false;
    this.value = value;
    this.devices++;
    return true;
  }

  remove(ask: Ask): void {
    if (this.concerns(ask)) this.devices--;
  }

  private concerns({ request, fullName }: Ask): boolean {
    return this.requests.size === 0 || this.requests.has(request) || this.requests.has(fullName);
  }
}

/** Equal for equal values of one type. A driver's own attributes may go without its name. */
function attributeText({ device, pool }: PoolDevice, name: string): string | undefined {
  const attributes: Readonly<Record<string, DeviceAttribute>> = device.attributes ?? {};
  const slash = name.indexOf('/');
  const short = slash >= 0 && name.slice(0, slash) === pool.driver ? name.slice(slash + 1) : undefined;
  const found = attributes[name] ?? (short === undefined ? undefined : attributes[short]);
  if (found === undefined) return undefined;
  const { string, int, bool, version } = found;
  if (string !== undefined) return `string ${string}`;
  if (int !== undefined) return `int ${int}`;
  if (bool !== undefined) return `bool ${bool}`;
  return version === undefined ? undefined : `version ${version}`;
}
