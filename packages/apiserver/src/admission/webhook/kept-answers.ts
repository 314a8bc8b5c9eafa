/** What a webhook has answered, for as long as that counts. */
import type { Clock } from '@pintle/machinery';

export class KeptAnswers<A> {
  /** By what was asked; the one asked for last stands last. */
  private readonly answers = new Map<string, { readonly answer: A; readonly untilMs: number }>();

  /** Of more than `answersMax`, the one that was asked for longest ago is forgotten. */
  constructor(
    private readonly clock: Clock,
    private readonly answersMax: number,
  ) {}

  get(question: string): A | undefined {
    const known = this.answers.get(question);
    if (known === undefined) return undefined;
    this.answers.delete(question);
    if (known.untilMs <= this.clock.now()) return undefined;
    this.answers.set(question, known);
    return known.answer;
  }

  /** For so long; 0: not at all. */
  keep(question: string, answer: A, keptMs: number): void {
    if (keptMs <= 0) return;
    if (this.answers.size >= this.answersMax) this.answers.delete(this.answers.keys().next().value!);
    this.answers.set(question, { answer, untilMs: this.clock.now() + keptMs });
  }
}
