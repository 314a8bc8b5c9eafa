/** Requests that have come and are not answered yet: what they need is kept until the last of them is. */
import type { HttpHandler } from './message.js';

export interface RequestsUnderWay {
  readonly handle: HttpHandler;
  /** Calls `work` when nothing is under way: at once, or after the last answer. What comes after that finds what it finds. */
  whenNone(work: () => void): void;
}

/** What streams is answered when it begins. */
export function requestsUnderWay(handle: HttpHandler): RequestsUnderWay {
  let count = 0;
  let waiting: (() => void) | undefined;
  const left = () => {
    if (--count === 0) waiting?.();
  };
  return {
    handle(request) {
      count++;
      const answer = handle(request);
      answer.then(left, left);
      return answer;
    },
    whenNone(work) {
      if (count === 0) work();
      else waiting = work;
    },
  };
}
