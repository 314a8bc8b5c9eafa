/** What `kubectl explain` says of the metadata of every object. */
import type { FieldDocs } from '@pintle/machinery';

const meta = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;

export const metadataDocs: FieldDocs = {
  [meta('ObjectMeta')]: {
    about: 'What every stored object has: its identity, its labels, and the bookkeeping of the server.',
    fields: {
      annotations: 'Notes of tools and people, by key. Not for selecting; all together at most 256 KiB.',
      creationTimestamp: 'CreationTimestamp is a timestamp of when the server created the object. Set by the server.',
      deletionGracePeriodSeconds:
        'Seconds the object has to end by itself after its deletion was asked for. Set by the server.',
      deletionTimestamp:
        'When the object is to be gone: its deletion was asked for and cannot be taken back. Set by the server.',
      finalizers:
        'What must still be done before a deleted object goes. Each entry is removed by the controller that put it there.',
      generateName: 'A prefix: the server adds a random suffix to make the name, where no name is given.',
      generation: 'Counts the changes of what is wished for (the spec). Set by the server.',
      labels: 'Keys and values to select objects by, in selectors and on the command line.',
      managedFields: 'Who set which fields, for server-side apply. Kept by the server.',
      name: 'The name, unique for its kind within the namespace. It cannot be changed.',
      namespace: 'The namespace that the object lives in; empty for kinds of the whole cluster. It cannot be changed.',
      ownerReferences: 'The objects that this one belongs to. When all of them are gone, it is collected.',
      resourceVersion:
        'The version of the object, for watches and for updates that must not overwrite others. An opaque value.',
      selfLink: 'No longer filled in.',
      uid: 'Unique over all objects of all times, also after deletion and creation under the same name. Set by the server.',
    },
  },
  [meta('OwnerReference')]: {
    about: 'Names an owner in the same namespace, or one of the whole cluster.',
    fields: {
      apiVersion: 'Group and version of the owner.',
      blockOwnerDeletion: 'With foreground deletion the owner waits until this object is gone.',
      controller: 'This owner is the one that manages the object; at most one is.',
      kind: 'Kind of the owner.',
      name: 'Name of the owner.',
      uid: 'Uid of the owner, so that another object of its name is not taken for it.',
    },
  },
  [meta('ManagedFieldsEntry')]: {
    about: 'The fields that one manager set, in one way.',
    fields: {
      apiVersion: 'The version that the fields are named in.',
      fieldsType: 'The notation of the fields; only FieldsV1 exists.',
      fieldsV1: 'The fields as a tree: `f:` a field, `k:` a list item by its keys, `v:` an item of a set.',
      manager: 'Who set them.',
      operation: 'Apply, or Update for every other way to write.',
      subresource: 'The subresource through which they were set; empty for the object itself.',
      time: 'When the entry last changed.',
    },
  },
  [meta('LabelSelector')]: {
    about: 'Selects objects by their labels; all that is said must hold. An empty one selects everything.',
    fields: {
      matchExpressions: 'Conditions on labels: In, NotIn, Exists, DoesNotExist.',
      matchLabels: 'Labels that must be there with these values.',
    },
  },
};
