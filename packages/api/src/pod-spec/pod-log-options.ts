/** `PodLogOptions` (core/v1), read from a query as kube-apiserver and a kubelet read them. */
import {
  type FieldError,
  forbiddenField,
  invalid,
  invalidField,
  saysYes,
  timeIn,
  wholeNumber,
} from '@pintle/machinery';

export interface PodLogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Only lines written at or after this time, milliseconds since the epoch. */
  readonly sinceMs?: number;
}

/**
 * What a query asks of a pod's log; of which container is left to the caller.
 * Errors: `StatusError` BadRequest for what cannot be read, Invalid for what may not be asked.
 */
export function podLogOptions(query: URLSearchParams, pod: string, nowMs: number): PodLogOptions {
  const [tailLines, limitBytes, sinceSeconds] = ['tailLines', 'limitBytes', 'sinceSeconds'].map((name) =>
    wholeNumber(query, name),
  );
  const sinceTime = timeIn(query, 'sinceTime');
  const faults: FieldError[] = [];
  const atLeast = (least: number, field: string, value: number | undefined, detail: string) => {
    if (value !== undefined && value < least) faults.push(invalidField(field, value, detail));
  };
  atLeast(0, 'tailLines', tailLines, 'must be greater than or equal to 0');
  atLeast(1, 'limitBytes', limitBytes, 'must be greater than 0');
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    faults.push(forbiddenField('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else atLeast(1, 'sinceSeconds', sinceSeconds, 'must be greater than 0');
  if (query.has('stream')) faults.push(forbiddenField('stream', 'may not be specified'));
  if (faults.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, pod, faults);
  const sinceMs = sinceSeconds === undefined ? sinceTime : nowMs - sinceSeconds * 1000;
  const [follow, previous, timestamps] = ['follow', 'previous', 'timestamps'].map((name) => saysYes(query.get(name)));
  return {
    ...{ follow: follow!, previous: previous!, timestamps: timestamps! },
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}
