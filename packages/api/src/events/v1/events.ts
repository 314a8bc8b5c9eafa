/** Part of `events/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { defineKind, type Infer, int32, microTime, object, ref, string, time } from '@pintle/machinery';
import { EventSource } from '../../core/v1/event.js';
import { ObjectReference } from '../../core/v1/reference.js';

export const EventSeries = object(
  () => ({
    count: int32(1).required(),
    lastObservedTime: microTime(2).required(),
  }),
  'io.k8s.api.events.v1.EventSeries',
);
export interface EventSeries extends Infer<typeof EventSeries> {}

export const Event = defineKind({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  name: 'io.k8s.api.events.v1.Event',
  fields: {
    action: string(6),
    deprecatedCount: int32(15),
    deprecatedFirstTimestamp: time(13).alwaysThere(),
    deprecatedLastTimestamp: time(14).alwaysThere(),
    deprecatedSource: ref<EventSource>(EventSource, 12).alwaysThere(),
    eventTime: microTime(2).required(),
    note: string(10),
    reason: string(7),
    regarding: ref<ObjectReference>(ObjectReference, 8).alwaysThere(),
    related: ref<ObjectReference>(ObjectReference, 9),
    reportingController: string(4),
    reportingInstance: string(5),
    series: ref<EventSeries>(EventSeries, 3),
    type: string(11),
  },
});
export interface Event extends Infer<typeof Event> {}
