/**
 * What is wrong with an expression that does not keep to the grammar, in the words in which cel-go's parser, which ANTLR has
 * made, says it. Called where an expression has no tree; how ANTLR goes on after a mistake decides what it says next, so it
 * is done here as there (`DefaultErrorStrategy`).
 */
import type { CheckProblem } from '../check/check.js';
import type { Token } from '../tokens.js';
import { wordKinds } from './grammar.js';
import { Network, nothingMore, type Piece, type State } from './network.js';
import { Predictor, pushed, type Stack } from './prediction.js';

/** `skipped` is what is no word. */
export function syntaxProblems(
  source: string,
  tokens: readonly Token[],
  skipped: readonly { readonly at: number; readonly end: number }[],
): readonly CheckProblem[] {
  const network = new Network();
  const reader = new Reader(source, tokens, skipped, network, new Predictor(network));
  reader.read();
  return reader.problems;
}

/** How often is gone on after a mistake, and how many words are passed over for one. */
const recoveriesMax = 30;
const passedMax = 256;
const depthMax = 250;

/** The rule that is read can go no further. */
class Refusal {
  constructor(
    readonly at: Token,
    /** The words of it, unless it is known what was expected. */
    readonly problem: string,
  ) {}
}

/** The reading ends. */
class End {}

/** A rule that is being read. */
interface Context {
  readonly from: State;
  readonly follow: State;
  readonly outer: Context | undefined;
}

class Reader {
  readonly problems: CheckProblem[] = [];
  private at = 0;
  private state: State;
  private context: Context | undefined;
  private precedence = 0;
  private isRecovering = false;
  private lastAt = -1;
  private lastStates = new Set<State>();
  private recoveries = 0;
  private readonly depths = new Map<string, number>();

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    private readonly skipped: readonly { readonly at: number; readonly end: number }[],
    private readonly network: Network,
    private readonly predictor: Predictor,
  ) {
    this.state = network.rules.get('start')!.start;
  }

  read(): void {
    try {
      this.rule('start', 0);
    } catch (error) {
      if (!(error instanceof End)) throw error;
    }
  }

  private token(ahead = 1): Token {
    return this.tokens[Math.min(this.at + ahead - 1, this.tokens.length - 1)]!;
  }

  private consume(): void {
    if (this.at < this.tokens.length - 1) this.at++;
  }

  private tell({ at }: Token, problem: string): void {
    this.problems.push({ at, problem: `Syntax error: ${problem}` });
  }

  /** Of the expression as a whole, after which nothing more is told. */
  private end(problem: string): never {
    this.problems.push({ at: -1, problem });
    throw new End();
  }

  private rule(name: string, precedence: number): void {
    const { piece, start } = this.network.rules.get(name)!;
    this.deeper(name);
    const outer = this.precedence;
    this.precedence = precedence;
    this.state = start;
    try {
      this.piece(piece);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (!this.isRecovering) {
        this.isRecovering = true;
        this.tell(refusal.at, refusal.problem);
      }
      this.recover();
    }
    this.precedence = outer;
    this.depths.set(name, this.depths.get(name)! - 1);
  }

  private deeper(name: string): void {
    const depth = (this.depths.get(name) ?? 0) + 1;
    if (depth > depthMax) this.end(`expression recursion limit exceeded: ${depthMax}`);
    this.depths.set(name, depth);
  }

  private piece(piece: Piece): void {
    switch (piece.type) {
      case 'word':
        this.state = piece.from;
        this.word(piece.from);
        break;
      case 'rule':
        this.inner(piece);
        break;
      case 'sequence':
        for (const each of piece.pieces) this.piece(each);
        break;
      case 'choice':
        this.piece(piece.pieces[this.chosen(piece.from, piece.isSimple, piece.pieces) - 1]!);
        break;
      case 'optional':
        this.sync(piece.from);
        if (this.network.nextKinds(piece.pieces[0]!.from).has(kindOf(this.token()))) this.piece(piece.pieces[0]!);
        break;
      case 'star':
        this.sync(piece.from);
        while (this.goesOn(piece)) this.round(piece);
        break;
      case 'plus':
        this.sync(piece.from);
        do this.round(piece);
        while (this.goesOn(piece));
    }
  }

  private round({ piece, back }: Piece & { type: 'star' | 'plus' }): void {
    this.piece(piece);
    this.sync(back);
  }

  private inner({ from, name }: Piece & { type: 'rule' }): void {
    const [transition] = from.transitions;
    if (transition?.type !== 'rule') throw new Error(`no rule ${name}`);
    const { context } = this;
    this.state = from;
    this.context = { from, follow: transition.follow, outer: context };
    this.rule(name, transition.precedence);
    this.context = context;
    this.state = from;
  }

  private chosen(decision: State, isSimple: boolean, pieces: readonly Piece[]): number {
    this.sync(decision);
    if (!isSimple) return this.predicted(decision);
    const kind = kindOf(this.token());
    const found = pieces.findIndex(({ from }) => this.network.nextKinds(from).has(kind));
    if (found < 0) throw this.noAlternative(this.token());
    return found + 1;
  }

  private goesOn({ piece, isSimple, decision }: Piece & { type: 'star' | 'plus' }): boolean {
    if (!isSimple) return this.predicted(decision) === 1;
    return this.network.nextKinds(piece.from).has(kindOf(this.token()));
  }

  private predicted(decision: State): number {
    const stackOf = (context: Context | undefined): Stack | undefined =>
      context === undefined ? undefined : pushed(context.follow, stackOf(context.outer));
    const prediction = this.predictor.predict({
      decision,
      precedence: this.precedence,
      stack: stackOf(this.context),
      words: { kindAt: (ahead) => kindOf(this.token(ahead)) },
    });
    if ('alternative' in prediction) return prediction.alternative;
    throw this.noAlternative(this.token(prediction.failed));
  }

  private noAlternative(offending: Token): Refusal {
    const first = this.token();
    const text = first.type === 'end' ? '<EOF>' : this.textOf(first, offending);
    const problem = `no viable alternative at input '${escaped(text)}'`;
    // A word that is reserved is told of as if it were expected to be none.
    return new Refusal(
      offending,
      problem.replace(
        /no viable alternative at input '.(true|false|null)'/,
        "mismatched input '$1' expecting IDENTIFIER",
      ),
    );
  }

  /** With the space between, but without what is no word. */
  private textOf(first: Token, last: Token): string {
    const end = last.type === 'end' ? this.source.length : last.end;
    let text = '';
    let at = first.at;
    for (const none of this.skipped.filter((each) => each.at >= first.at && each.at < end)) {
      text += this.source.slice(at, none.at);
      at = none.end;
    }
    return text + this.source.slice(at, end);
  }

  private word(from: State): void {
    const [transition] = from.transitions;
    if (transition?.type !== 'words') throw new Error('no words');
    if (transition.kinds.has(kindOf(this.token()))) {
      this.matched();
      this.consume();
      return;
    }
    this.attempt();
    if (this.deletesOne()) {
      this.consume();
      return;
    }
    if (!this.nextKindsIn(transition.to).has(kindOf(this.token()))) throw this.mismatch();
    if (this.isRecovering) return;
    this.isRecovering = true;
    this.tell(this.token(), `missing ${shown(this.expected())} at ${display(this.token())}`);
  }

  private matched(): void {
    this.isRecovering = false;
    this.lastAt = -1;
    this.lastStates = new Set();
  }

  private attempt(): void {
    if (this.recoveries++ < recoveriesMax) return;
    this.tell(this.token(), `error recovery attempt limit exceeded: ${recoveriesMax}`);
    throw new End();
  }

  private mismatch(): Refusal {
    return new Refusal(this.token(), `mismatched input ${display(this.token())} expecting ${shown(this.expected())}`);
  }

  /** At a choice or a loop: passes over what cannot be there. */
  private sync(state: State): void {
    this.state = state;
    if (this.isRecovering) return;
    const next = this.network.nextKinds(state);
    if (next.has(nothingMore) || next.has(kindOf(this.token()))) return;
    if (state.kind === 'decision') {
      if (!this.deletesOne()) throw this.mismatch();
    } else if (state.kind === 'loopBack') {
      this.tellUnwanted();
      this.passOver(new Set([...this.expected(), ...this.recoverySet()]));
    }
  }

  private tellUnwanted(): void {
    if (this.isRecovering) return;
    this.isRecovering = true;
    this.tell(this.token(), `extraneous input ${display(this.token())} expecting ${shown(this.expected())}`);
  }

  private deletesOne(): boolean {
    if (!this.expected().has(kindOf(this.token(2)))) return false;
    this.tellUnwanted();
    this.consume();
    this.matched();
    return true;
  }

  private recover(): void {
    this.attempt();
    if (this.lastAt === this.at && this.lastStates.has(this.state)) this.consume();
    this.lastAt = this.at;
    this.lastStates.add(this.state);
    this.passOver(this.recoverySet());
  }

  private passOver(until: ReadonlySet<string>): void {
    for (let passed = 0; ; passed++) {
      const kind = kindOf(this.token());
      if (kind === '<EOF>' || until.has(kind)) return;
      if (passed === passedMax) this.end(`error recovery token lookahead limit exceeded: ${passedMax}`);
      this.consume();
    }
  }

  /** What can follow any of the rules that are being read. */
  private recoverySet(): ReadonlySet<string> {
    const kinds = new Set<string>();
    for (let { context } = this; context !== undefined; context = context.outer)
      for (const kind of this.network.nextKinds(context.follow)) if (kind !== nothingMore) kinds.add(kind);
    return kinds;
  }

  private expected(): ReadonlySet<string> {
    return this.nextKindsIn(this.state);
  }

  private nextKindsIn(state: State): ReadonlySet<string> {
    const kinds = new Set(this.network.nextKinds(state));
    for (let { context } = this; context !== undefined && kinds.has(nothingMore); context = context.outer) {
      kinds.delete(nothingMore);
      for (const kind of this.network.nextKinds(context.follow)) kinds.add(kind);
    }
    if (kinds.delete(nothingMore)) kinds.add('<EOF>');
    return kinds;
  }
}

function kindOf(token: Token): string {
  switch (token.type) {
    case 'end':
      return '<EOF>';
    case 'quoted':
      return 'ESC_IDENTIFIER';
    case 'punctuation':
      return `'${token.text}'`;
    case 'identifier':
      return /^(?:true|false|null|in)$/.test(token.text) ? `'${token.text}'` : 'IDENTIFIER';
    case 'literal': {
      const { value } = token;
      if (typeof value === 'string') return 'STRING';
      if (typeof value === 'bigint') return 'NUM_INT';
      if (typeof value === 'number') return 'NUM_FLOAT';
      return value instanceof Uint8Array ? 'BYTES' : 'NUM_UINT';
    }
  }
}

const order = new Map(['<EOF>', ...wordKinds].map((kind, at) => [kind, at]));

function shown(kinds: ReadonlySet<string>): string {
  const sorted = [...kinds].sort((a, b) => order.get(a)! - order.get(b)!);
  return sorted.length === 1 ? sorted[0]! : `{${sorted.join(', ')}}`;
}

const escaped = (text: string): string => text.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
const display = (token: Token): string => `'${escaped(token.type === 'end' ? '<EOF>' : token.written)}'`;
