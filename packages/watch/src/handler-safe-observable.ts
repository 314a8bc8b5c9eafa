/**
 * An Observable that its subscribers cannot break: what a handler throws, or a promise that it returns rejects with, is
 * reported, and the stream goes on. What is piped from one is one as well. It is what informers hand out.
 *
 * Caveats: a function *inside* an operator (`map`, `filter`) that throws ends its own pipe, as RxJS has it; that is
 * reported where the subscriber has no `error` handler.
 */
import { Observable, type Observer, type Operator, Subscriber, type Subscription, type TeardownLogic } from 'rxjs';

export type Report = (error: unknown) => void;

export class HandlerSafeObservable<T> extends Observable<T> {
  constructor(
    private readonly report: Report,
    subscribe?: (this: Observable<T>, subscriber: Subscriber<T>) => TeardownLogic,
  ) {
    super(subscribe);
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new HandlerSafeObservable<R>(this.report);
    lifted.source = this;
    lifted.operator = operator as unknown as Operator<never, R>;
    return lifted;
  }

  override subscribe(
    observer?: Partial<Observer<T>> | ((value: T) => void) | null,
    onError?: ((error: unknown) => void) | null,
    onComplete?: (() => void) | null,
  ): Subscription {
    // An operator's own subscriber: what it throws has its place already.
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const handlers: Partial<Observer<T>> =
      typeof observer === 'object' && observer !== null
        ? observer
        : {
            ...(observer ? { next: observer } : {}),
            ...(onError ? { error: onError } : {}),
            ...(onComplete ? { complete: onComplete } : {}),
          };
    const { report } = this;
    return super.subscribe({
      next: (value) => handed(handlers, value, report),
      error: (error) => (handlers.error ? attempt(() => handlers.error!(error), report) : report(error)),
      complete: () => attempt(() => handlers.complete?.(), report),
    });
  }
}

/** Every event of every subscriber comes by here. */
function handed<T>(handlers: Partial<Observer<T>>, value: T, report: Report): void {
  try {
    reportLate(handlers.next?.(value), report);
  } catch (error) {
    report(error);
  }
}

function attempt(work: () => unknown, report: Report): void {
  try {
    reportLate(work(), report);
  } catch (error) {
    report(error);
  }
}

function reportLate(result: unknown, report: Report): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then === 'function')
    (result as PromiseLike<unknown>).then(undefined, report);
}
