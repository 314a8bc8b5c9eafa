/**
 * Whether a device is one that selectors mean: expressions over `device.driver`, `device.attributes` and
 * `device.capacity`. Expressions are compiled once and asked once of each device, which never changes.
 */
import type { BasicDevice, DeviceAttribute, DeviceSelector } from '@pintle/api/resource/v1beta1';
import {
  bindLibrary,
  CelError,
  type CelMap,
  type CelProgram,
  celEnvironment,
  celMapOf,
  dyn,
  kubernetesLibraries,
  type Value,
} from '@pintle/cel';

/** Expressions that were not used lately are compiled anew. */
const programsMax = 1024;

/** A device as one driver's: its value in the language, and what expressions said of it. */
interface Known {
  readonly value: CelMap;
  readonly answers: Map<string, boolean>;
}

/** Errors: for a selector of a sort that is not known. */
export function expressionsOf(selectors: readonly DeviceSelector[], subject: string): readonly string[] {
  return selectors.map(({ cel }, i) => {
    if (cel !== undefined) return cel.expression;
    throw new Error(`${subject}, selector #${i}: CEL expression empty (unsupported selector type?)`);
  });
}

export class DeviceSelectors {
  private readonly environment = celEnvironment({
    variables: { device: dyn },
    libraries: [...kubernetesLibraries, bindLibrary],
    costLimit: 1_000_000,
  });
  private readonly makers = {
    semver: this.maker('semver(text)'),
    quantity: this.maker('quantity(text)'),
  };
  private readonly programs = new Map<string, CelProgram | Error>();
  /** By driver: slices of two may share what they say of a device. */
  private readonly known = new Map<string, WeakMap<BasicDevice, Known>>();

  /** `subject` says in errors whose they are. Errors: where one cannot be compiled, or fails on the device. */
  match(expressions: readonly string[], device: BasicDevice, driver: string, id: string, subject: string): boolean {
    return expressions.every((expression, i) =>
      this.answer(expression, device, driver, `${subject}: selector #${i}`, id),
    );
  }

  private answer(expression: string, device: BasicDevice, driver: string, what: string, id: string): boolean {
    const { value: is, answers } = this.knownOf(device, driver);
    const known = answers.get(expression);
    if (known !== undefined) return known;
    const program = this.compiled(expression);
    if (program instanceof Error) throw new Error(`${what}: CEL compile error: ${program.message}`, { cause: program });
    try {
      const { value } = program.run({ device: is });
      if (typeof value !== 'boolean') throw new CelError(`the expression gave no bool`);
      answers.set(expression, value);
      return value;
    } catch (error) {
      throw new Error(`${what}: CEL runtime error: ${(error as Error).message}, on device ${id}`, { cause: error });
    }
  }

  private compiled(expression: string): CelProgram | Error {
    let found = this.programs.get(expression);
    if (found === undefined) {
      try {
        found = this.environment.compile(expression);
      } catch (error) {
        found = error as Error;
      }
    } else this.programs.delete(expression);
    this.programs.set(expression, found);
    if (this.programs.size > programsMax) this.programs.delete(this.programs.keys().next().value!);
    return found;
  }

  private knownOf(device: BasicDevice, driver: string): Known {
    let ofDriver = this.known.get(driver);
    if (ofDriver === undefined) this.known.set(driver, (ofDriver = new WeakMap()));
    let known = ofDriver.get(device);
    if (known === undefined) {
      const value = valueOfDevice({
        driver,
        attributes: byDomain(device.attributes ?? {}, driver, (attribute) => this.attributeValue(attribute)),
        capacity: byDomain(device.capacity ?? {}, driver, ({ value: amount }) => this.makers.quantity(amount)),
      });
      ofDriver.set(device, (known = { value, answers: new Map() }));
    }
    return known;
  }

  private attributeValue({ bool, int, string, version }: DeviceAttribute): Value {
    if (bool !== undefined) return bool;
    if (int !== undefined) return BigInt(int);
    if (string !== undefined) return string;
    return version === undefined ? null : this.makers.semver(version);
  }

  /** A function of the language from JavaScript. */
  private maker(expression: string): (text: string) => Value {
    const environment = celEnvironment({ variables: { text: { name: 'string' } }, libraries: kubernetesLibraries });
    const program = environment.compile(expression);
    return (text) => program.run({ text }).value;
  }
}

const empty: CelMap = celMapOf({});

function valueOfDevice(entries: Readonly<Record<string, Value>>): CelMap {
  const map = celMapOf(entries);
  return {
    celType: 'map',
    size: map.size,
    get: (key) => map.get(key),
    keys: () => map.keys(),
    fields: { has: (name) => Object.hasOwn(entries, name) },
  };
}

/** From domain to name to value; a domain that the device has nothing of is empty. */
function byDomain<T>(entries: Readonly<Record<string, T>>, driver: string, toValue: (entry: T) => Value): CelMap {
  const domains: Record<string, Record<string, Value>> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const slash = name.indexOf('/');
    const domain = slash < 0 ? driver : name.slice(0, slash);
    domains[domain] ??= {};
    domains[domain][name.slice(slash + 1)] = toValue(entry);
  }
  const maps = celMapOf(
    Object.fromEntries(Object.entries(domains).map(([domain, values]) => [domain, celMapOf(values)])),
  );
  return {
    celType: 'map',
    size: maps.size,
    get: (key) => maps.get(key) ?? (typeof key === 'string' ? empty : undefined),
    keys: () => maps.keys(),
  };
}
