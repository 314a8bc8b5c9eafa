/** How long a profile's extension points take: told to whoever counts it, and free where nobody does. */
import type { Histogram } from '@pintle/machinery';
import type { StatusCode, Verdict } from './status.js';

export interface PointObserver {
  /** Milliseconds from an arbitrary origin. */
  now(): number;
  /** Where the seconds of a point that ended with this status are counted. As kube-scheduler calls the point: `PreBind`. */
  series(point: string, status: StatusCode, profile: string): Pick<Histogram, 'observe'>;
}

export class PointTimer {
  /** Of points that succeeded, which are nearly all. */
  private readonly succeeded = new Map<string, Pick<Histogram, 'observe'>>();

  constructor(
    private readonly profile: string,
    private readonly observer: PointObserver | undefined,
  ) {}

  run<T>(point: string, call: () => T, statusOf: (answer: T) => Verdict): T {
    const { observer } = this;
    if (observer === undefined) return call();
    const start = observer.now();
    const answer = call();
    this.passed(observer, point, statusOf(answer)?.code ?? 'Success', start);
    return answer;
  }

  /** The same for a point that may take its time. */
  runLater(point: string, call: () => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
    const { observer } = this;
    if (observer === undefined) return call();
    const start = observer.now();
    const passed = (verdict: Verdict) => {
      this.passed(observer, point, verdict?.code ?? 'Success', start);
      return verdict;
    };
    const answer = call();
    return answer instanceof Promise ? answer.then(passed) : passed(answer);
  }

  private passed(observer: PointObserver, point: string, status: StatusCode, startMs: number): void {
    let series = status === 'Success' ? this.succeeded.get(point) : observer.series(point, status, this.profile);
    if (series === undefined) this.succeeded.set(point, (series = observer.series(point, status, this.profile)));
    series.observe((observer.now() - startMs) / 1000);
  }
}
