/**
 * Which way a choice goes, by as many of the words to come as it takes (ALL(*), Parr and others 2014): first as if any rule
 * could be around it, and where that does not tell, with the rules that are.
 */
import type { Network, State, Transition } from './network.js';

/** What follows the rules that were entered, the innermost first. */
export interface Stack {
  readonly follow: State;
  readonly outer: Stack | undefined;
  readonly id: string;
}

export const pushed = (follow: State, outer: Stack | undefined): Stack => ({
  follow,
  outer,
  id: `${follow.id} ${outer?.id ?? ''}`,
});

export interface Words {
  /** Of the word so many places ahead. */
  kindAt(ahead: number): string;
}

export interface Asked {
  readonly decision: State;
  readonly precedence: number;
  readonly stack: Stack | undefined;
  readonly words: Words;
}

/** `failed` is how far ahead the word is that fits no alternative. */
export type Prediction = { readonly alternative: number } | { readonly failed: number };

interface Config {
  readonly state: State;
  readonly alternative: number;
  readonly stack: Stack | undefined;
  /** Went out of the rule of the choice. */
  readonly isOutside: boolean;
}

interface Mode {
  /** Whether the rules around are known. */
  readonly isFull: boolean;
  /** At the start: the precedence that what is read has to have. */
  readonly precedence?: number;
}

export class Predictor {
  private readonly followers = new Map<State, State[]>();

  constructor(network: Network) {
    for (const { start, stop } of network.rules.values()) this.followers.set(start, []).set(stop, []);
    const seen = new Set<State>();
    const visit = (state: State): void => {
      if (seen.has(state)) return;
      seen.add(state);
      for (const transition of state.transitions) {
        if (transition.type !== 'rule') visit(transition.to);
        else {
          this.followers.get(stopOf(network, transition))!.push(transition.follow);
          visit(transition.follow);
        }
      }
    };
    for (const { start } of network.rules.values()) visit(start);
  }

  predict(asked: Asked): Prediction {
    const first = this.run(asked, false);
    return first === 'unclear' ? (this.run(asked, true) as Prediction) : first;
  }

  private run({ decision, precedence, stack, words }: Asked, isFull: boolean): Prediction | 'unclear' {
    let configs = this.start(decision, isFull ? stack : undefined, { isFull, precedence });
    for (let ahead = 1; ; ahead++) {
      const kind = words.kindAt(ahead);
      const reached = this.reach(configs, kind, isFull);
      if (reached.length === 0) {
        const alternative = finished(configs);
        return alternative === undefined ? { failed: ahead } : { alternative };
      }
      const only = oneAlternative(reached);
      if (only !== undefined) return { alternative: only };
      const groups = byPlace(reached);
      if (isFull) {
        const least = new Set(groups.map(({ alternatives }) => Math.min(...alternatives)));
        if (least.size === 1) return { alternative: [...least][0]! };
      } else if (isConflict(reached, groups)) return 'unclear';
      if (kind === '<EOF>') return { alternative: Math.min(...reached.map(({ alternative }) => alternative)) };
      configs = reached;
    }
  }

  private start(decision: State, stack: Stack | undefined, mode: Mode): readonly Config[] {
    const configs = new Map<string, Config>();
    for (const [at, transition] of decision.transitions.entries())
      this.close(
        { state: (transition as Transition & { type: 'free' }).to, alternative: at + 1, stack, isOutside: false },
        mode,
        configs,
      );
    const all = [...configs.values()].filter(counts);
    if (!loops.has(decision.rule)) return all;
    // What another round reads as well is left to it.
    const first = new Set(all.filter(({ alternative }) => alternative === 1).map(placeOf));
    return all.filter((config) => config.alternative === 1 || !first.has(placeOf(config)));
  }

  private reach(configs: readonly Config[], kind: string, isFull: boolean): readonly Config[] {
    const next = new Map<string, Config>();
    for (const config of configs)
      for (const transition of config.state.transitions)
        if (transition.type === 'words' && transition.kinds.has(kind))
          this.close({ ...config, state: transition.to }, { isFull }, next);
    return [...next.values()].filter(counts);
  }

  /** Adds what can be reached without a word. */
  private close(config: Config, mode: Mode, into: Map<string, Config>): void {
    const { state, stack } = config;
    const id = `${config.alternative} ${placeOf(config)}`;
    if (into.has(id)) return;
    into.set(id, config);
    if (state.kind === 'stop') {
      if (stack !== undefined) this.close({ ...config, state: stack.follow, stack: stack.outer }, mode, into);
      else if (!mode.isFull)
        for (const follow of this.followers.get(state)!)
          this.close({ ...config, state: follow, isOutside: true }, { isFull: false }, into);
      return;
    }
    for (const transition of state.transitions) {
      if (transition.type === 'words') continue;
      if (transition.type === 'rule')
        this.close({ ...config, state: transition.start, stack: pushed(transition.follow, stack) }, mode, into);
      else if (transition.type === 'free' || this.binds(transition.precedence, config, mode))
        this.close({ ...config, state: transition.to }, mode, into);
    }
  }

  /** Only in the rule of the choice itself it is known how tightly has to be bound. */
  private binds(precedence: number, { state, stack, isOutside }: Config, mode: Mode): boolean {
    if (mode.precedence === undefined || isOutside || (stack !== undefined && !mode.isFull)) return true;
    return mode.isFull && stack !== undefined && state.rule !== '' ? true : precedence >= mode.precedence;
  }
}

/** The rules that are loops of operators after a first operand. */
export const loops: ReadonlySet<string> = new Set(['relation', 'calculation', 'member']);

const stopOf = (network: Network, { start }: Transition & { type: 'rule' }): State =>
  network.rules.get(start.rule)!.stop;

/** What goes on without a word tells nothing by itself. */
const counts = ({ state }: Config): boolean =>
  state.kind === 'stop' || state.transitions.some(({ type }) => type === 'words');

const placeOf = ({ state, stack }: Config): string => `${state.id}:${stack?.id ?? ''}`;

const oneAlternative = ([first, ...rest]: readonly Config[]): number | undefined =>
  rest.every(({ alternative }) => alternative === first!.alternative) ? first!.alternative : undefined;

/** The least alternative that could be all that there is. */
function finished(configs: readonly Config[]): number | undefined {
  const ended = configs.filter(
    ({ state, isOutside, stack }) => isOutside || (state.kind === 'stop' && stack === undefined),
  );
  return ended.length === 0 ? undefined : Math.min(...ended.map(({ alternative }) => alternative));
}

interface Group {
  readonly state: State;
  readonly alternatives: ReadonlySet<number>;
}

/** Alternatives that have come to the same state with all the same rules around it. */
function byPlace(configs: readonly Config[]): readonly Group[] {
  const stacks = new Map<string, { state: State; alternative: number; ids: Set<string> }>();
  for (const { state, alternative, stack } of configs) {
    const key = `${state.id} ${alternative}`;
    const found = stacks.get(key) ?? { state, alternative, ids: new Set<string>() };
    stacks.set(key, found);
    found.ids.add(stack?.id ?? '');
  }
  const groups = new Map<string, { state: State; alternatives: Set<number> }>();
  for (const { state, alternative, ids } of stacks.values()) {
    const key = `${state.id}:${[...ids].sort().join(';')}`;
    const found = groups.get(key) ?? { state, alternatives: new Set<number>() };
    groups.set(key, found);
    found.alternatives.add(alternative);
  }
  return [...groups.values()];
}

function isConflict(configs: readonly Config[], groups: readonly Group[]): boolean {
  if (configs.every(({ state }) => state.kind === 'stop')) return true;
  const ofState = new Map<State, Set<number>>();
  for (const { state, alternative } of configs) ofState.set(state, (ofState.get(state) ?? new Set()).add(alternative));
  return (
    groups.some(({ alternatives }) => alternatives.size > 1) &&
    ![...ofState.values()].some((alternatives) => alternatives.size === 1)
  );
}
