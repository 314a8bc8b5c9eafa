/**
 * The grammar as a network of states, as ANTLR makes one of it, and which words can come next in a state. Made when the
 * first expression is met that does not keep to the grammar.
 */
import { type Element, grammar, type Rule } from './grammar.js';

/** Of loops and choices: what is done in them about a word that cannot come next is in `read-on.ts`. */
export type StateKind = 'plain' | 'decision' | 'blockEnd' | 'loopBack' | 'stop';

export type Transition =
  | { readonly type: 'free'; readonly to: State }
  /** Only where what is read binds no tighter. */
  | { readonly type: 'precedence'; readonly precedence: number; readonly to: State }
  | { readonly type: 'words'; readonly kinds: ReadonlySet<string>; readonly to: State }
  | { readonly type: 'rule'; readonly start: State; readonly precedence: number; readonly follow: State };

export interface State {
  readonly id: number;
  readonly kind: StateKind;
  readonly rule: string;
  readonly transitions: Transition[];
}

/** A piece of the network, with what an expression is read by. */
export type Piece =
  | { readonly type: 'word'; readonly from: State; readonly to: State }
  | { readonly type: 'rule'; readonly from: State; readonly to: State; readonly name: string }
  | { readonly type: 'sequence'; readonly pieces: readonly Piece[]; readonly from: State; readonly to: State }
  | {
      readonly type: 'choice' | 'optional';
      readonly pieces: readonly Piece[];
      readonly isSimple: boolean;
      readonly from: State;
      readonly to: State;
    }
  | {
      readonly type: 'star' | 'plus';
      readonly piece: Piece;
      readonly isSimple: boolean;
      /** Where it is decided whether there is another round. */
      readonly decision: State;
      readonly back: State;
      readonly from: State;
      readonly to: State;
    };

export interface NetworkRule {
  readonly start: State;
  readonly stop: State;
  readonly piece: Piece;
}

/** That a rule may end without another word. */
export const nothingMore = '';

export class Network {
  readonly rules = new Map<string, NetworkRule>();
  private readonly next = new Map<State, ReadonlySet<string>>();
  private readonly ends = new Map<string, { readonly start: State; readonly stop: State }>();
  private readonly states: State[] = [];

  constructor() {
    for (const name of Object.keys(grammar))
      this.ends.set(name, { start: this.state(name), stop: this.state(name, 'stop') });
    for (const [name, rule] of Object.entries(grammar)) {
      const { start, stop } = this.ends.get(name)!;
      const piece = this.body(name, rule);
      free(start, piece.from);
      free(piece.to, stop);
      this.rules.set(name, { start, stop, piece });
    }
    this.skipEnds();
  }

  /** Alternatives that end with a rule are followed by the same state, so that it does not tell which of them was taken. */
  private skipEnds(): void {
    for (const { transitions } of this.states)
      for (const [at, transition] of transitions.entries()) {
        if (transition.type !== 'rule') continue;
        const [next, ...more] = transition.follow.transitions;
        if (next?.type !== 'free' || more.length > 0) continue;
        if (next.to.kind === 'blockEnd' || next.to.kind === 'loopBack')
          transitions[at] = { ...transition, follow: next.to };
      }
  }

  private state(rule: string, kind: StateKind = 'plain'): State {
    const state = { id: this.states.length, kind, rule, transitions: [] };
    this.states.push(state);
    return state;
  }

  private body(name: string, { first, rest }: Rule): Piece {
    const head = this.piece(name, first);
    if (rest === undefined) return head;
    const alternatives = rest.map((element, at) => {
      const inner = this.piece(name, element);
      const from = this.state(name);
      from.transitions.push({ type: 'precedence', precedence: rest.length - at, to: inner.from });
      return { type: 'sequence', pieces: [inner], from, to: inner.to } as const;
    });
    const round = alternatives.length === 1 ? alternatives[0]! : this.choice(name, alternatives);
    const loop = this.star(name, round, false);
    free(head.to, loop.from);
    return { type: 'sequence', pieces: [head, loop], from: head.from, to: loop.to };
  }

  private piece(rule: string, element: Element): Piece {
    switch (element.type) {
      case 'word': {
        const [from, to] = [this.state(rule), this.state(rule)];
        from.transitions.push({ type: 'words', kinds: new Set(element.kinds), to });
        return { type: 'word', from, to };
      }
      case 'rule': {
        const [from, follow] = [this.state(rule), this.state(rule)];
        const { start } = this.ends.get(element.name)!;
        from.transitions.push({ type: 'rule', start, precedence: element.precedence, follow });
        return { type: 'rule', from, to: follow, name: element.name };
      }
      case 'sequence': {
        const pieces = element.elements.map((each) => this.piece(rule, each));
        for (const [at, piece] of pieces.slice(1).entries()) free(pieces[at]!.to, piece.from);
        return { type: 'sequence', pieces, from: pieces[0]!.from, to: pieces.at(-1)!.to };
      }
      case 'choice':
        return this.choice(
          rule,
          element.alternatives.map((each) => this.piece(rule, each)),
        );
      case 'optional': {
        const inner = this.piece(rule, element.element);
        const [from, to] = [this.state(rule, 'decision'), this.state(rule, 'blockEnd')];
        free(from, inner.from);
        free(from, to);
        free(inner.to, to);
        return { type: 'optional', pieces: [inner], isSimple: true, from, to };
      }
      case 'star':
        return this.star(rule, this.piece(rule, element.element), !undecided.has(rule));
      case 'plus': {
        const inner = this.piece(rule, element.element);
        const [from, back, to] = [this.state(rule, 'decision'), this.state(rule, 'loopBack'), this.state(rule)];
        free(from, inner.from);
        free(inner.to, back);
        free(back, from);
        free(back, to);
        const isSimple = ![...this.firstKinds(inner)].includes("'-'");
        return { type: 'plus', piece: inner, isSimple, decision: back, back, from, to };
      }
    }
  }

  private firstKinds({ from }: Piece): ReadonlySet<string> {
    const [transition] = from.transitions;
    return transition?.type === 'words' ? transition.kinds : new Set();
  }

  private choice(rule: string, pieces: readonly Piece[]): Piece {
    const [from, to] = [this.state(rule, 'decision'), this.state(rule, 'blockEnd')];
    for (const piece of pieces) {
      free(from, piece.from);
      free(piece.to, to);
    }
    return { type: 'choice', pieces, isSimple: rule === 'fieldName', from, to };
  }

  private star(rule: string, piece: Piece, isSimple: boolean): Piece {
    const [from, back, to] = [this.state(rule, 'decision'), this.state(rule, 'loopBack'), this.state(rule)];
    free(from, piece.from);
    free(from, to);
    free(piece.to, back);
    free(back, from);
    return { type: 'star', piece, isSimple, decision: from, back, from, to };
  }

  /** The words that can come next; `nothingMore` where the rule can end. */
  nextKinds(state: State): ReadonlySet<string> {
    let found = this.next.get(state);
    if (found === undefined) {
      const kinds = new Set<string>();
      this.gather(state, [], kinds, new Set());
      this.next.set(state, (found = kinds));
    }
    return found;
  }

  private gather(state: State, stack: readonly State[], kinds: Set<string>, seen: Set<string>): void {
    const id = [state, ...stack].map((each) => each.id).join(' ');
    if (seen.has(id)) return;
    seen.add(id);
    if (state.kind === 'stop') {
      const [follow, ...outer] = stack;
      if (follow === undefined) kinds.add(nothingMore);
      else this.gather(follow, outer, kinds, seen);
      return;
    }
    for (const transition of state.transitions) {
      if (transition.type === 'words') for (const kind of transition.kinds) kinds.add(kind);
      else if (transition.type === 'rule') this.gather(transition.start, [transition.follow, ...stack], kinds, seen);
      else this.gather(transition.to, stack, kinds, seen);
    }
  }
}

/** Of these lists a comma may be the last word: one word does not tell whether there is another round. */
const undecided: ReadonlySet<string> = new Set(['items', 'fields', 'entries']);

const free = (from: State, to: State): void => {
  from.transitions.push({ type: 'free', to });
};
