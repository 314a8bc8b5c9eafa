/** Events: what must hold of them. Those with an `eventTime` are of the newer kind, and say who reports. */
import {
  type FieldError,
  invalidField,
  noErrors,
  qualifiedNameErrors,
  requiredErrors,
  requiredField,
  type Strategy,
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

function eventErrors(event: Event): readonly FieldError[] {
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
  return [
    ...place,
    ...(reportingComponent
      ? qualifiedNameErrors(reportingComponent).map((text) =>
          invalidField('reportingComponent', reportingComponent, text),
        )
      : [requiredField('reportingComponent')]),
    ...requiredTextErrors(reportingInstance, 'reportingInstance'),
    ...requiredTextErrors(action, 'action'),
    ...requiredTextErrors(reason, 'reason'),
    ...lengthErrors(message, 'message', messageMaxLength),
  ];
}

export const eventStrategy: Strategy<Event> = {
  validateCreate: eventErrors,
  validateUpdate: eventErrors,
};
