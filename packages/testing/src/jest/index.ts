/** `import '@pintle/testing/jest'` gives jest's `expect` the matchers of Pintle, with their types. */
import { expect } from '@jest/globals';
import type { StatusReason } from '@pintle/machinery';
import { type ConditionExpectation, matchers } from './matchers.js';

export * from './matchers.js';
export * from './scenario-tests.js';

declare module 'expect' {
  interface Matchers<R> {
    /** Of a Pod, or of what `explain()` says of one. */
    toBePlacedOn(nodeName: string): R;
    /** `plugin` is known only to what `explain()` says. */
    toBeUnschedulable(options?: { readonly plugin?: string }): R;
    toHaveCondition(type: string, expected?: ConditionExpectation): R;
    toBeStatus(reason: StatusReason): R;
  }
}

expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
