import { describe, expect, it } from '@jest/globals';
import type { Pod } from '@pintle/api/core/v1';
import type { Selection } from './informer.js';
import { selectionMatcher } from './selects.js';

const pod = {
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: { nodeName: 'n1', hostNetwork: true },
  status: null,
} as unknown as Pod;

describe('selectionMatcher', () => {
  it.each([
    [{}, true],
    [{ namespace: 'default' }, true],
    [{ namespace: 'other' }, false],
    [{ labelSelector: 'app in (web, api), !gone' }, true],
    [{ labelSelector: 'app!=web' }, false],
    [{ fieldSelector: 'metadata.name=web,spec.nodeName=n1' }, true],
    [{ fieldSelector: 'spec.nodeName!=n1' }, false],
    [{ fieldSelector: 'spec.nodeName=' }, false],
    [{ fieldSelector: 'status.phase=' }, true],
    [{ fieldSelector: 'status.phase=Running' }, false],
    [{ fieldSelector: 'spec.hostNetwork=true' }, true],
  ] as readonly (readonly [Selection, boolean])[])('%j: %s', (selection, expected) => {
    expect(selectionMatcher(selection)(pod)).toBe(expected);
  });
});
