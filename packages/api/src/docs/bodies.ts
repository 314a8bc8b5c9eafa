/** What `kubectl explain`, and generators of code, are told of bodies and answers that are no objects of their own. */
import type { FieldDocs } from '@pintle/machinery';

const meta = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;
const autoscaling = (type: string) => `io.k8s.api.autoscaling.v1.${type}`;

const typed = {
  apiVersion: 'The group and version that this is written in.',
  kind: 'What this is.',
};

export const bodyDocs: FieldDocs = {
  [meta('Time')]: { about: 'A moment, to the second, as RFC 3339 has it.', fields: {} },
  [meta('MicroTime')]: { about: 'A moment, to the microsecond, as RFC 3339 has it.', fields: {} },
  [meta('FieldsV1')]: {
    about: 'Fields as a tree: `f:` a field, `k:` a list item by its keys, `v:` an item of a set.',
    fields: {},
  },
  [meta('ListMeta')]: {
    about: 'What a list says of itself.',
    fields: {
      continue: 'Where the next page begins; empty on the last.',
      remainingItemCount: 'How many more objects there are, where that is known.',
      resourceVersion: 'The version that the list is of.',
      selfLink: 'Of old. Nothing.',
    },
  },
  [meta('Status')]: {
    about: 'What became of a request that is answered with no object.',
    fields: {
      ...typed,
      code: 'The code of HTTP.',
      details: 'What it is about.',
      message: 'What happened, in words.',
      metadata: 'Empty; of a list that has expired: where it goes on.',
      reason: 'Why it failed, in one word for programs.',
      status: 'Success or Failure.',
    },
  },
  [meta('StatusDetails')]: {
    about: 'What a Status is about.',
    fields: {
      causes: 'The faults one by one.',
      group: 'The group of what it is about.',
      kind: 'The kind or resource of what it is about.',
      name: 'The name of what it is about.',
      retryAfterSeconds: 'After how many seconds to ask again.',
      uid: 'The uid of what it is about.',
    },
  },
  [meta('StatusCause')]: {
    about: 'One fault.',
    fields: {
      field: 'The field that it is in, as spec.containers[0].name.',
      message: 'What is wrong, in words.',
      reason: 'What is wrong, in one word for programs.',
    },
  },
  [meta('DeleteOptions')]: {
    about: 'How an object is to be deleted.',
    fields: {
      ...typed,
      dryRun: 'All: to do everything but keep nothing.',
      gracePeriodSeconds: 'How long the object lives on; 0: not at all.',
      ignoreStoreReadErrorWithClusterBreakingPotential: 'Whether an object that cannot be read goes all the same.',
      orphanDependents: 'Older than propagationPolicy: whether its dependents stay.',
      preconditions: 'What must hold of the object, else it stays.',
      propagationPolicy: 'What becomes of its dependents: Orphan, Background or Foreground.',
    },
  },
  [meta('Preconditions')]: {
    about: 'Which object is meant, and which version of it.',
    fields: { resourceVersion: 'The version that it must have.', uid: 'The uid that it must have.' },
  },
  [autoscaling('Scale')]: {
    about: 'How many there are to be of something, and how many there are.',
    fields: {
      ...typed,
      metadata: 'That of what is scaled.',
      spec: 'How many there are to be.',
      status: 'How many there are. Set by the server.',
    },
  },
  [autoscaling('ScaleSpec')]: {
    about: 'How many there are to be.',
    fields: { replicas: 'How many pods there are to be.' },
  },
  [autoscaling('ScaleStatus')]: {
    about: 'How many there are.',
    fields: {
      replicas: 'How many pods there are.',
      selector: 'What selects them, as the query of a list has it.',
    },
  },
};
