/** How long a profile's extension points take: told to whoever counts it, and free where nobody does. */
import type { StatusCode, Verdict } from './status.js';

export interface PointObserver {
  /** Milliseconds from an arbitrary origin. */
  now(): number;
  /** As kube-scheduler calls the point: `Filter`, `PreBind`. */
  passed(point: string, status: StatusCode, profile: string, ms: number): void;
}

export class PointTimer {
  constructor(
    private readonly profile: string,
    private readonly observer: PointObserver | undefined,
  ) {}

  run<T>(point: string, call: () => T, statusOf: (answer: T) => Verdict): T {
    const { observer } = this;
    if (observer === undefined) return call();
    const start = observer.now();
    const answer = call();
    observer.passed(point, statusOf(answer)?.code ?? 'Success', this.profile, observer.now() - start);
    return answer;
  }

  async runLater(point: string, call: () => Promise<Verdict>): Promise<Verdict> {
    const { observer } = this;
    if (observer === undefined) return call();
    const start = observer.now();
    const verdict = await call();
    observer.passed(point, verdict?.code ?? 'Success', this.profile, observer.now() - start);
    return verdict;
  }
}
