/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int32, microTime, object, ref, string, time } from '@pintle/machinery';
import { ObjectReference } from './reference.js';

export const EventSeries = object(
  () => ({
    count: int32(1),
    lastObservedTime: microTime(2).alwaysThere(),
  }),
  'io.k8s.api.core.v1.EventSeries',
);
export interface EventSeries extends Infer<typeof EventSeries> {}

export const EventSource = object(
  () => ({
    component: string(1),
    host: string(2),
  }),
  'io.k8s.api.core.v1.EventSource',
);
export interface EventSource extends Infer<typeof EventSource> {}

export const Event = defineKind({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  name: 'io.k8s.api.core.v1.Event',
  fields: {
    action: string(12),
    count: int32(8),
    eventTime: microTime(10).alwaysThere(),
    firstTimestamp: time(6).alwaysThere(),
    involvedObject: ref<ObjectReference>(ObjectReference, 2).alwaysThere().required(),
    lastTimestamp: time(7).alwaysThere(),
    message: string(4),
    reason: string(3),
    related: ref<ObjectReference>(ObjectReference, 13),
    reportingComponent: string(14).alwaysThere(),
    reportingInstance: string(15).alwaysThere(),
    series: ref<EventSeries>(EventSeries, 11),
    source: ref<EventSource>(EventSource, 5).alwaysThere(),
    type: string(9),
  },
});
export interface Event extends Infer<typeof Event> {}
