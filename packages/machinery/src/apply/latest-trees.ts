/**
 * The trees that were made last, found again by what they are made of, so that equal ones are one. `field-tree.ts` asks
 * here before it makes a tree.
 *
 * Nobody can observe what it remembers but by the time and memory that it saves: trees given out stay what they are.
 */

/** A power of two. A tree takes some 500 bytes. */
const treesMax = 8192;

/** Where a tree may stand. Signs of a tree's children are added up, in any order. */
export const signOf = (element: string, { serial }: { readonly serial: number }): number =>
  (Math.imul(serial + 1, 0x9e3779b1) ^ ((element.charCodeAt(2) * 31 + element.length) * 31 + middleOf(element))) >> 1;

const middleOf = (element: string): number => element.charCodeAt((element.length + 2) >> 1);

/**
 * Two trees share a place. What is met again stands in front, where the many that are met once (an address, a uid among
 * their elements) do not push it out.
 */
export class LatestTrees<Tree> {
  private readonly trees: (Tree | undefined)[] = new Array(treesMax).fill(undefined);

  find(sign: number, isIt: (tree: Tree) => boolean): Tree | undefined {
    const place = placeOf(sign);
    const [front, back] = [this.trees[place], this.trees[place + 1]];
    if (front !== undefined && isIt(front)) return front;
    if (back === undefined || !isIt(back)) return undefined;
    this.trees[place] = back;
    this.trees[place + 1] = front;
    return back;
  }

  /** Returns the tree. */
  keep(sign: number, tree: Tree): Tree {
    const place = placeOf(sign);
    this.trees[this.trees[place] === undefined ? place : place + 1] = tree;
    return tree;
  }
}

/** The first of two. */
const placeOf = (sign: number): number => (sign ^ (sign >>> 15)) & (treesMax - 2);
