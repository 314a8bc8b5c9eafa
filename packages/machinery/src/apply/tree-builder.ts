/**
 * Builds field trees so that the same members added in the same order give the same tree, without making it anew:
 * a walk along what was built before. `typed-value.ts` builds with it.
 *
 * Nobody can observe what it remembers but by the time and memory that it saves: at its limit it forgets all, and
 * trees given out stay what they are.
 */
import { emptyTree, type FieldTree, leaf, treeOf } from './field-tree.js';

/** Steps remembered. One takes some 200 bytes. */
const stepsMax = 20_000;

class Step {
  private readonly next = new Map<string, { readonly child: FieldTree; readonly step: Step }[]>();
  /** The tree of what led here, without and with the node itself. */
  private readonly trees: [FieldTree | undefined, FieldTree | undefined] = [undefined, undefined];

  constructor(
    private readonly before: Step | undefined,
    readonly element: string,
    private readonly child: FieldTree,
  ) {}

  known(element: string, child: FieldTree): Step | undefined {
    const steps = this.next.get(element);
    if (steps === undefined) return undefined;
    for (const known of steps) if (known.child === child) return known.step;
    return undefined;
  }

  add(element: string, child: FieldTree): Step {
    const step = new Step(this, element, child);
    const steps = this.next.get(element);
    if (steps === undefined) this.next.set(element, [{ child, step }]);
    // Children that differ from object to object (an address, say) are not worth a search.
    else if (steps.length < 8) steps.push({ child, step });
    return step;
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
    this.steps++;
    return step.add(element, child);
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
