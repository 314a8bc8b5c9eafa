/**
 * Builds field trees so that the same members added in the same order give the same tree, without making it anew:
 * a walk along what was built before. `typed-value.ts` and `compare-values.ts` build with it.
 *
 * Nobody can observe what it remembers but by the time and memory that it saves: at its limit it forgets all, and
 * trees given out stay what they are.
 */
import { emptyTree, type FieldTree, leaf, treeOf } from './field-tree.js';

/** Steps remembered. One takes some 200 bytes. */
const stepsMax = 20_000;
/** Items remembered after one step, the latest: those that differ from object to object (an address, a uid) have no end. */
const itemsMax = 256;
/** Children remembered of one element, the latest. */
const childrenMax = 8;

interface Known {
  readonly child: FieldTree;
  readonly step: Step;
}

class Step {
  private fields: Map<string, Known[]> | undefined;
  private items: Map<string, Known[]> | undefined;
  /** The tree of what led here, without and with the node itself. */
  private readonly trees: [FieldTree | undefined, FieldTree | undefined] = [undefined, undefined];

  constructor(
    private readonly before: Step | undefined,
    readonly element: string,
    private readonly child: FieldTree,
  ) {}

  known(element: string, child: FieldTree): Step | undefined {
    const steps = (isField(element) ? this.fields : this.items)?.get(element);
    if (steps === undefined) return undefined;
    for (let i = 0; i < steps.length; i++) {
      const known = steps[i]!;
      if (known.child !== child) continue;
      // What is met again goes to the front, away from those that differ from object to object.
      if (i > 0) {
        steps.copyWithin(1, 0, i);
        steps[0] = known;
      }
      return known.step;
    }
    return undefined;
  }

  /** Returns the new step, and how many more steps are remembered with it. */
  add(element: string, child: FieldTree): readonly [step: Step, more: number] {
    const step = new Step(this, element, child);
    const next = isField(element) ? (this.fields ??= new Map()) : (this.items ??= new Map());
    const steps = next.get(element);
    if (steps !== undefined) {
      steps.unshift({ child, step });
      return [step, steps.length <= childrenMax ? 1 : 1 - sizeOf([steps.pop()!])];
    }
    next.set(element, [{ child, step }]);
    if (next === this.fields || next.size <= itemsMax) return [step, 1];
    const [oldest, forgotten] = next.entries().next().value!;
    next.delete(oldest);
    return [step, 1 - sizeOf(forgotten)];
  }

  /** Of all that follows. */
  get size(): number {
    let size = 0;
    for (const next of [this.fields, this.items]) for (const steps of next?.values() ?? []) size += sizeOf(steps);
    return size;
  }

  tree(own: boolean): FieldTree {
    const place = own ? 1 : 0;
    this.trees[place] ??= treeOf(own, this.children());
    return this.trees[place];
  }

  private children(): ReadonlyMap<string, FieldTree> {
    const steps: Step[] = [];
    for (let step: Step = this; step.before !== undefined; step = step.before) steps.push(step);
    return new Map(steps.reverse().map(({ element, child }) => [element, child]));
  }
}

/** `f:NAME`, as opposed to an item. */
const isField = (element: string) => element.startsWith('f');

const sizeOf = (steps: readonly Known[]): number => steps.reduce((sum, { step }) => sum + 1 + step.size, 0);

class Memory {
  private start = new Step(undefined, '', emptyTree);
  private steps = 0;

  first(): Step {
    if (this.steps > stepsMax) {
      this.start = new Step(undefined, '', emptyTree);
      this.steps = 0;
    }
    return this.start;
  }

  follow(step: Step, element: string, child: FieldTree): Step {
    const known = step.known(element, child);
    if (known !== undefined) return known;
    const [added, more] = step.add(element, child);
    this.steps += more;
    return added;
  }
}

const memory = new Memory();

/** One node in the making. */
export class TreeBuilder {
  private step: Step | undefined;

  /** An element is added at most once; an empty child is no child. */
  add(element: string, child: FieldTree): void {
    if (!child.isEmpty) this.step = memory.follow(this.step ?? memory.first(), element, child);
  }

  get isEmpty(): boolean {
    return this.step === undefined;
  }

  tree(own: boolean): FieldTree {
    return this.step === undefined ? (own ? leaf : emptyTree) : this.step.tree(own);
  }
}
