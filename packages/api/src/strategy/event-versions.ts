/** Events are stored as `v1` and served as `events.k8s.io/v1` too, where the same facts have other names. */
import type { Kind, KubernetesObject, ServedVersion } from '@pintle/machinery';
import type { Event } from '../core/v1/event.js';
import type { Event as NewEvent } from '../events/v1/index.js';
import { newEventFields } from './selectable-fields.js';

export function eventVersions(kind: Kind<NewEvent>): readonly ServedVersion[] {
  return [
    {
      kind,
      fields: newEventFields,
      toStored(object) {
        const {
          regarding,
          note,
          deprecatedSource,
          deprecatedFirstTimestamp,
          deprecatedLastTimestamp,
          deprecatedCount,
          reportingController,
          ...rest
        } = object as NewEvent;
        return said({
          ...rest,
          apiVersion: 'v1',
          involvedObject: regarding ?? {},
          message: note,
          source: deprecatedSource,
          firstTimestamp: deprecatedFirstTimestamp,
          lastTimestamp: deprecatedLastTimestamp,
          count: deprecatedCount,
          reportingComponent: reportingController,
        });
      },
      fromStored(object) {
        const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...others } = object as Event;
        const { reportingComponent, reportingInstance, series, ...rest } = others;
        return said({
          ...rest,
          // How many there were is always told.
          series: series && { count: 0, ...series },
          apiVersion: 'events.k8s.io/v1',
          regarding: involvedObject,
          note: message,
          deprecatedSource: source,
          deprecatedFirstTimestamp: firstTimestamp,
          deprecatedLastTimestamp: lastTimestamp,
          deprecatedCount: count,
          // What is empty is there in the older version, and left out in the newer.
          reportingController: reportingComponent || undefined,
          reportingInstance: reportingInstance || undefined,
        });
      },
    },
  ];
}

const said = (fields: object): KubernetesObject =>
  Object.freeze(
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  ) as unknown as KubernetesObject;
