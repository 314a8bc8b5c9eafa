/**
 * Objects and lists of them as answers, in the form that was asked for. What is stored is not encoded anew: its JSON and
 * its protobuf message are those of its version. Of a list of a built-in kind, the items do not say their kind again.
 */

import type { StoreEntry } from '@pintle/contracts';
import { type KubernetesObject, type ListMeta, sealEnvelope, stringifyJson } from '@pintle/machinery';
import { type Resource, servesAsStored, tellerOf } from '../registry/resource.js';
import { jsonOfType } from '../storage/object-json.js';
import type { StoredObject } from '../storage/stored-object.js';
import { listEnvelope, partialEnvelope, partialObject, rowOf, tableEnvelope, tableOf } from '../table/table.js';
import { type Served, storedObjectOf } from '../verbs/api-core.js';
import type { ListResult } from '../verbs/read.js';
import { answer, encoded } from './answer.js';
import type { HttpRequest, HttpResponse } from './message.js';
import { type Accepted, checkPartial } from './negotiation.js';
import { inPieces } from './pieces.js';
import { messageOf, protobufList, protobufMedia, type SchemaLookup } from './protobuf.js';
import { includeObject } from './request-options.js';

/** What one request's answer is made with. */
export interface Answering {
  readonly resource: Resource;
  readonly accepted: Accepted;
  readonly request: HttpRequest;
  readonly nowMs: number;
  readonly warnings: readonly string[];
  readonly schemaOf: SchemaLookup;
}

const tableOptions = ({ request, nowMs, accepted: { metaVersion } }: Answering, metadata: ListMeta) => ({
  includeObject: includeObject(request.query),
  nowMs,
  metaVersion,
  metadata,
});

/** What Go calls the type that kube-apiserver holds: of no version, in the package of its group. */
function goTypeOf({ custom, definition: { kind } }: Resource, name: string): string {
  if (custom) return `*unstructured.Unstructured${name === kind.kind ? '' : 'List'}`;
  return `*${kind.group.split('.', 1)[0] || 'core'}.${name}`;
}

export function objectAnswer(answering: Answering, status: number, { object, entry }: Served): HttpResponse {
  const { resource, accepted, warnings, schemaOf } = answering;
  const { encoding, as, metaVersion, pretty } = accepted;
  // What tells that something is done has one form.
  if (object.kind === 'Status') return answer(status, object, { ...accepted, as: 'object' }, warnings, schemaOf);
  checkPartial(accepted, 'object', goTypeOf(resource, resource.kind.kind));
  if (as === 'Table') {
    const { resourceVersion } = object.metadata;
    const options = tableOptions(answering, resourceVersion ? { resourceVersion } : {});
    return answer(status, tableOf(resource, [withOwnMetadata(resource, object)], options), accepted, warnings);
  }
  if (as !== 'object') {
    const partial = partialObject(withOwnMetadata(resource, object), metaVersion);
    return answer(status, partial, accepted, warnings, schemaOf);
  }
  if (encoding === 'protobuf') {
    const message = messageOf(resource.kind.schema.node, object);
    return encoded(status, protobufMedia, sealEnvelope(object, message), warnings);
  }
  const told = tellerOf(resource);
  if (entry === undefined || !servesAsStored(resource, entry) || encoding !== 'json' || pretty)
    return answer(status, told === undefined ? object : told(object), accepted, warnings);
  return encoded(status, 'application/json', entry.value.toldAt(entry.modRevision, told), warnings);
}

export function listAnswer(answering: Answering, { entries, metadata }: ListResult): HttpResponse {
  const { resource, accepted, warnings } = answering;
  const { encoding, as, metaVersion, pretty } = accepted;
  checkPartial(accepted, 'list', goTypeOf(resource, resource.kind.listKind));
  const items = entries.map((entry) => storedObjectOf(resource, entry));
  const objects = () => items.map((item) => resource.fromStored(item));
  if (as === 'Table') {
    const options = tableOptions(answering, metadata);
    const { rowOrder } = resource.definition;
    const inOrder = rowOrder === undefined ? items : [...items].sort(rowOrder);
    const row = (item: KubernetesObject) =>
      rowOf(resource, withOwnMetadata(resource, resource.fromStored(item)), options);
    return longAnswer(answering, tableEnvelope(resource, options), 'rows', inOrder, row);
  }
  if (as !== 'object') {
    const partial = (item: KubernetesObject) =>
      partialObject(withOwnMetadata(resource, resource.fromStored(item)), metaVersion);
    return longAnswer(answering, partialEnvelope(metadata, metaVersion), 'items', items, partial);
  }
  if (encoding === 'protobuf') {
    const parts = protobufList(resource.kind.schema.node, listEnvelope(resource), metadata, objects());
    return encoded(200, protobufMedia, inPieces(parts), warnings);
  }
  // Of objects without a type Go says even that no page follows.
  const envelope = { ...listEnvelope(resource), metadata: resource.custom ? { continue: '', ...metadata } : metadata };
  const asStored = entries.every((entry) => servesAsStored(resource, entry));
  if (!asStored || encoding !== 'json' || pretty)
    return answer(200, { ...envelope, items: listItems(resource, objects()) }, accepted, warnings);
  const chunks = resource.custom
    ? listChunks(envelope, 'items', entries, ({ value, modRevision }) => value.bytesAt(modRevision))
    : listChunks(envelope, 'items', entries, untypedJson(resource), '{');
  return encoded(200, 'application/json', inPieces(chunks), warnings);
}

/** Metadata alone is of no version: what an older one says in annotations is not of it. */
const withOwnMetadata = (resource: Resource, object: KubernetesObject): KubernetesObject =>
  resource.custom || resource.isStored ? object : { ...object, metadata: resource.toStored(object).metadata };

/** Objects as they are told in a list. */
function listItems(resource: Resource, objects: readonly KubernetesObject[]): readonly object[] {
  if (resource.custom) return objects;
  const told = tellerOf(resource);
  const all = told === undefined ? objects : objects.map(told);
  return all.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
}

/** The JSON of stored objects from behind the brace on that opens it, and without what an item of a list does not say. */
function untypedJson(resource: Resource): (entry: StoreEntry<StoredObject>) => Uint8Array {
  const beginning = utf8(jsonOfType({ kind: resource.kind.kind, apiVersion: resource.apiVersion }));
  const told = tellerOf(resource);
  return (entry) => {
    const bytes = entry.value.toldBytesAt(entry.modRevision, told);
    if (beginning.every((byte, index) => bytes[index] === byte)) return bytes.subarray(beginning.length);
    // It was written down in another order.
    return utf8(stringifyJson(listItems(resource, [storedObjectOf(resource, entry)])[0])).subarray(1);
  };
}

/** What is made of each item for one answer alone is made as it is sent: a long list is never there as a whole. */
function longAnswer(
  { accepted, warnings, schemaOf }: Answering,
  envelope: object,
  field: string,
  items: readonly KubernetesObject[],
  make: (item: KubernetesObject) => unknown,
): HttpResponse {
  if (accepted.encoding !== 'json' || accepted.pretty)
    return answer(200, { ...envelope, [field]: items.map(make) }, accepted, warnings, schemaOf);
  const chunks = listChunks(envelope, field, items, (item) => utf8(stringifyJson(make(item))));
  return encoded(200, 'application/json', inPieces(chunks), warnings);
}

function* listChunks<T>(
  envelope: object,
  field: string,
  items: readonly T[],
  bytesOf: (item: T) => Uint8Array,
  opening = '',
): Iterable<Uint8Array> {
  yield utf8(`${JSON.stringify(envelope).slice(0, -1)},"${field}":[${items.length > 0 ? opening : ''}`);
  const between = utf8(`,${opening}`);
  for (const [index, item] of items.entries()) {
    if (index > 0) yield between;
    yield bytesOf(item);
  }
  yield utf8(']}\n');
}

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);
