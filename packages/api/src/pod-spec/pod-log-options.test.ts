/** What may be asked of logs, in kube-apiserver's words; the Python client writes its flags `True` and `False`. */
import { describe, expect, it } from '@jest/globals';
import { podLogOptions } from './pod-log-options.js';

const now = Date.parse('2026-01-01T00:00:10Z');
const asked = (query: string) => podLogOptions(new URLSearchParams(query), 'one', now);
const plain = { follow: false, previous: false, timestamps: false };

describe('what is asked of a log', () => {
  it.each<readonly [query: string, options: object]>([
    ['', plain],
    ['follow=true&previous=1&timestamps', { follow: true, previous: true, timestamps: true }],
    ['follow=True&previous=False&timestamps=FALSE', { ...plain, follow: true }],
    ['follow=0&timestamps=yes', { ...plain, timestamps: true }],
    ['tailLines=0&limitBytes=1', { ...plain, tailLines: 0, limitBytes: 1 }],
    ['sinceSeconds=10', { ...plain, sinceMs: now - 10_000 }],
    ['sinceTime=2026-01-01T01:00:00%2B01:00', { ...plain, sinceMs: now - 10_000 }],
    ['sinceTime=', { ...plain, sinceMs: Number.NEGATIVE_INFINITY }],
  ])('%j', (query, options) => expect(asked(query)).toEqual(options));

  it.each<readonly [query: string, code: number, message: string]>([
    ['tailLines=x', 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    ['limitBytes=99999999999999999999', 400, 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
    [
      'sinceTime=yesterday',
      400,
      'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    ],
    [
      'tailLines=-1',
      422,
      'PodLogOptions "one" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'limitBytes=0&sinceSeconds=0',
      422,
      'PodLogOptions "one" is invalid: [limitBytes: Invalid value: 0: must be greater than 0, sinceSeconds: Invalid value: 0: must be greater than 0]',
    ],
    [
      'sinceSeconds=0&sinceTime=2026-01-01T00:00:00Z',
      422,
      'PodLogOptions "one" is invalid: []: Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
    ],
    ['stream=Stdout', 422, 'PodLogOptions "one" is invalid: stream: Forbidden: may not be specified'],
  ])('%j is refused', (query, code, message) =>
    expect(() => asked(query)).toThrow(expect.objectContaining({ message, status: expect.objectContaining({ code }) })),
  );
});
