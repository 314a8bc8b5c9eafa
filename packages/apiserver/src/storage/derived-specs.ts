/**
 * What admission, or a scheduler's binding, makes of the specs of pods. Pods of one template come with one spec, and leave
 * with one: what is made of it is made once, and whatever is asked of it afterwards (validation, warnings, the accounting
 * of fields) is asked once.
 */
import type { Pod, PodSpec } from '@pintle/api/core/v1';
import { deepFreeze } from '@pintle/machinery';

export class DerivedSpecs {
  private readonly made = new WeakMap<PodSpec, Map<string, PodSpec>>();

  /** The pod with `make` of its spec. `by` is all that `make` goes by beside the spec; there are not many of it. */
  of<P extends Pod>(pod: P, by: string, make: (spec: PodSpec) => PodSpec): P {
    const spec = pod.spec as PodSpec;
    if (!Object.isFrozen(spec)) return { ...pod, spec: make(spec) };
    let known = this.made.get(spec);
    if (known === undefined) {
      known = new Map();
      this.made.set(spec, known);
    }
    let derived = known.get(by);
    if (derived === undefined) {
      derived = deepFreeze(make(spec));
      known.set(by, derived);
    }
    return derived === spec ? pod : { ...pod, spec: derived };
  }
}
