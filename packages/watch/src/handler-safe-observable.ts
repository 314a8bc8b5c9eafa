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
    return super.subscribe(new HandlingSubscriber(handlers, this.report));
  }
}

/** Every event of every subscriber comes by here. */
class HandlingSubscriber<T> extends Subscriber<T> {
  constructor(
    private readonly handlers: Partial<Observer<T>>,
    private readonly report: Report,
  ) {
    super();
  }

  protected override _next(value: T): void {
    try {
      reportLate(this.handlers.next?.(value), this.report);
    } catch (error) {
      this.report(error);
    }
  }

  protected override _error(error: unknown): void {
    const { handlers, report } = this;
    if (handlers.error) attempt(() => handlers.error!(error), report);
    else report(error);
    this.unsubscribe();
  }

  protected override _complete(): void {
    attempt(() => this.handlers.complete?.(), this.report);
    this.unsubscribe();
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
