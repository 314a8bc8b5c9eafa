/**
 * What is wrong with an expression that does not keep to the grammar, in the words in which cel-go's parser, which ANTLR has
 * made, says it. Called where an expression has no tree; how ANTLR goes on after a mistake decides what it says next, so it
 * is done here as there (`DefaultErrorStrategy`).
 */
import type { CheckProblem } from '../check-problem.js';
import type { Token } from '../tokens.js';
import { wordKinds } from './grammar.js';
import { Network, nothingMore, type Piece, type State, type Transition } from './network.js';
import { loops, Predictor, pushed, type Stack } from './prediction.js';

/** Reads to the end whatever comes. `skipped` is what is no word. */
export function readOn(
  source: string,
  tokens: readonly Token[],
  skipped: readonly { readonly at: number; readonly end: number }[],
): ReadOn {
  const network = new Network();
  const reader = new Reader(source, tokens, skipped, network, new Predictor(network));
  const isRead = reader.read();
  return { problems: reader.problems, ...(isRead ? { mended: reader.mended } : {}) };
}

export interface ReadOn {
  readonly problems: readonly CheckProblem[];
  /** The words that were not passed over, with what had to be there: they keep to the grammar. Absent where the reading gave up. */
  readonly mended?: readonly Token[];
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

/** The rules of keys with values. */
const keyed: ReadonlySet<string> = new Set(['entries', 'fields']);

/** A rule that is being read. */
interface Context {
  readonly from: State;
  readonly follow: State;
  readonly outer: Context | undefined;
}

class Reader {
  readonly problems: CheckProblem[] = [];
  readonly mended: Token[] = [];
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

  /** Whether it came to the end. */
  read(): boolean {
    try {
      this.rule('start', 0);
      return true;
    } catch (error) {
      if (!(error instanceof End)) throw error;
      return false;
    }
  }

  private token(ahead = 1): Token {
    return this.tokens[Math.min(this.at + ahead - 1, this.tokens.length - 1)]!;
  }

  private take(): void {
    this.mended.push(this.token());
    this.consume();
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
        this.sequence(piece.pieces);
        break;
      case 'choice':
        this.piece(this.chosen(piece));
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

  /** What is left of it when it is refused is taken as if it were there. */
  private sequence(pieces: readonly Piece[]): void {
    const begun = this.mended.length;
    for (const [at, piece] of pieces.entries())
      try {
        this.piece(piece);
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        // A key is not looked at before its colon has come.
        if (at === 1 && piece.type === 'word' && keyed.has(piece.from.rule))
          this.mended.splice(begun, this.mended.length - begun - 1, this.supplied('IDENTIFIER'));
        for (const rest of pieces.slice(at + 1)) this.supply(rest);
        throw refusal;
      }
  }

  private supply(piece: Piece): void {
    if (piece.type === 'word') this.supplyWord(piece.from);
    else if (piece.type === 'rule' || piece.type === 'choice') this.supplyHole(this.token().at);
    else if (piece.type === 'sequence') for (const each of piece.pieces) this.supply(each);
  }

  private supplyHole(at: number): void {
    this.mended.push({ type: 'hole', at, end: at, text: '', written: '' });
  }

  private supplyWord(from: State): void {
    this.mended.push(this.supplied([...wordsOf(from).kinds][0]!));
  }

  private supplied(kind: string): Token {
    const { at } = this.token();
    const place = { at, end: at, written: '' };
    if (kind === '<EOF>') return { type: 'end', ...place, text: '' };
    if (kind === 'IDENTIFIER') return { type: 'identifier', ...place, text: `<missing ${kind}>` };
    return { type: 'punctuation', ...place, text: kind.slice(1, -1) };
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

  private chosen({ from: decision, isSimple, pieces }: Piece & { type: 'choice' | 'optional' }): Piece {
    const { at } = this.token();
    try {
      this.sync(decision);
      if (!isSimple) return pieces[this.predicted(decision) - 1]!;
      const kind = kindOf(this.token());
      const found = pieces.find(({ from }) => this.network.nextKinds(from).has(kind));
      if (found !== undefined) return found;
      throw this.noAlternative(this.token());
    } catch (refusal) {
      if (refusal instanceof Refusal && !loops.has(decision.rule))
        this.supplyHole(decision.rule === 'primary' ? -2 : at);
      throw refusal;
    }
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
    const { kinds, to } = wordsOf(from);
    if (kinds.has(kindOf(this.token()))) {
      this.matched();
      this.take();
      return;
    }
    this.attempt();
    if (this.deletesOne()) {
      this.take();
      return;
    }
    this.supplyWord(from);
    if (!this.nextKindsIn(to).has(kindOf(this.token()))) throw this.mismatch();
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

function wordsOf({ transitions: [transition] }: State): Transition & { type: 'words' } {
  if (transition?.type !== 'words') throw new Error('no words');
  return transition;
}

function kindOf(token: Token): string {
  switch (token.type) {
    case 'end':
    case 'hole':
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
