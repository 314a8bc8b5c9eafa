/** Events: what must hold of them. Those with an `eventTime` are of the newer kind, and say who reports. */
import {
  bareFinalizer,
  deepEqual,
  eachErrors,
  type FieldError,
  immutableField,
  invalidField,
  isBareFinalizer,
  type Kind,
  noErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
  requiredErrors,
  requiredField,
  type Strategy,
  validateObjectMeta,
} from '@pintle/machinery';
import type { Event } from '../core/v1/event.js';

const textMaxLength = 128;
const messageMaxLength = 1_024;

const lengthErrors = (text: string | undefined, path: string, max: number): readonly FieldError[] =>
  text !== undefined && text.length > max ? [invalidField(path, '', `can have at most ${max} characters`)] : noErrors;

const requiredTextErrors = (text: string | undefined, path: string): readonly FieldError[] => [
  ...requiredErrors(text, path),
  ...lengthErrors(text, path, textMaxLength),
];

function eventErrors(event: Event, served?: Kind): readonly FieldError[] {
  const { metadata, involvedObject, eventTime, reportingComponent, reportingInstance, action, reason, message } = event;
  const subject = involvedObject?.namespace ?? '';
  const isNew = eventTime !== undefined && eventTime !== null;
  // What is of no namespace is told of in `default`.
  const fits =
    subject === ''
      ? metadata.namespace === 'default' || (isNew && metadata.namespace === 'kube-system')
      : isNew || metadata.namespace === subject;
  const place = fits ? noErrors : [invalidField('involvedObject.namespace', subject, 'does not match event.namespace')];
  if (!isNew) return place;
  const reporter = isOfNewGroup(served) ? 'reportingController' : 'reportingComponent';
  return [
    ...place,
    ...(reportingComponent ? noErrors : [requiredField(reporter)]),
    ...qualifiedNameErrors(reportingComponent ?? '').map((text) =>
      invalidField(reporter, reportingComponent ?? '', text),
    ),
    ...requiredTextErrors(reportingInstance, 'reportingInstance'),
    ...requiredTextErrors(action, 'action'),
    ...requiredTextErrors(reason, 'reason'),
    ...lengthErrors(message, 'message', messageMaxLength),
  ];
}

const unsetErrors = (event: Event, fields: readonly (keyof Event)[]): readonly FieldError[] =>
  fields.filter((field) => !isNothing(event[field])).map((field) => invalidField(field, '', 'needs to be unset'));

const isNothing = (value: unknown) =>
  !value || (typeof value === 'object' && Object.values(value).every((inner) => inner === ''));

/** A series is one of several, and tells when the last was. */
function seriesErrors({ series }: Event): readonly FieldError[] {
  if (series === undefined) return noErrors;
  return [
    ...((series.count ?? 0) < 2 ? [invalidField('series.count', '', 'should be at least 2')] : noErrors),
    ...requiredErrors(series.lastObservedTime, 'series.lastObservedTime'),
  ];
}

const finalizerErrors = ({ metadata: { finalizers } }: Event): readonly FieldError[] =>
  eachErrors(finalizers, 'metadata.finalizers', (finalizer, path) =>
    isBareFinalizer(finalizer) ? [invalidField(path, finalizer, bareFinalizer)] : noErrors,
  );

/** What the newer group asks of an event that is made by it. */
const newErrors = (event: Event): readonly FieldError[] => [
  ...validateObjectMeta(event.metadata, { namespaced: true, qualifiedFinalizers: true }),
  ...seriesErrors(event),
  ...requiredErrors(event.eventTime, 'eventTime'),
  ...(event.type === 'Normal' || event.type === 'Warning'
    ? noErrors
    : [invalidField('type', '', `has invalid value: ${event.type ?? ''}`)]),
  ...unsetErrors(event, ['firstTimestamp', 'lastTimestamp', 'count', 'source']),
];

const fixedFields = [
  ...(['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'reason'] as const),
  ...(['type', 'eventTime', 'action', 'related', 'reportingComponent', 'reportingInstance'] as const),
];

/** As it is called within Kubernetes. */
const fieldName = (field: string) => (field === 'reportingComponent' ? 'reportingController' : field);

/** Of an event that is written by the newer group, the series alone goes on. */
const changeErrors = (event: Event, old: Event): readonly FieldError[] => [
  ...finalizerErrors(event),
  ...(deepEqual(event.series, old.series) ? noErrors : seriesErrors(event)),
  ...fixedFields.flatMap((field) =>
    deepEqual(event[field], old[field]) ? noErrors : [immutableField(fieldName(field), event[field] ?? zeroOf(field))],
  ),
];

/** What Go has where nothing is said. */
const zeroOf = (field: (typeof fixedFields)[number]): unknown => (field === 'count' ? 0 : texts.has(field) ? '' : null);
const texts: ReadonlySet<string> = new Set([
  ...['reason', 'message', 'type', 'action', 'reportingComponent', 'reportingInstance'],
]);

const isOfNewGroup = (served: Kind | undefined) => served?.group === 'events.k8s.io';

export const eventStrategy: Strategy<Event> = {
  // Events of old have any name that can stand in a path.
  nameErrors: pathSegmentErrors,
  judgesMetadataLast: true,
  hasNoDependents: true,
  validateCreate: (event, served) => [
    ...eventErrors(event, served),
    ...(isOfNewGroup(served) ? newErrors(event) : noErrors),
  ],
  validateUpdate: (event, old, served) => [
    ...eventErrors(event, served),
    ...(isOfNewGroup(served) ? changeErrors(event, old) : noErrors),
  ],
};
