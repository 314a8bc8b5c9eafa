/** The documents of discovery in protobuf, which clients ask for that speak it alone. Field numbers are those of meta/v1 and apidiscovery/v2. */
import {
  boolean,
  ListMeta,
  list,
  ObjectMeta,
  object,
  ref,
  type SchemaNode,
  sealEnvelope,
  string,
  writeMessage,
} from '@pintle/machinery';

type Json = Readonly<Record<string, unknown>>;

const kindOf = object({ group: string(1), version: string(2), kind: string(3) });
const address = object({ clientCIDR: string(1), serverAddress: string(2) });
const groupVersion = object({ groupVersion: string(1), version: string(2) });
const group = object({
  name: string(1),
  versions: list(groupVersion, 2),
  preferredVersion: ref(groupVersion, 3),
  serverAddressByClientCIDRs: list(address, 4),
});
/** A message of its own, as none and nothing said are not the same. */
const verbs = object({ items: list(string(), 1) });
const resource = object({
  ...{ name: string(1), namespaced: boolean(2), kind: string(3), verbs: ref(verbs, 4) },
  ...{ shortNames: list(string(), 5), singularName: string(6), categories: list(string(), 7) },
  ...{ group: string(8), version: string(9), storageVersionHash: string(10) },
});
const part = object({
  ...{ subresource: string(1), responseKind: ref(kindOf, 2), acceptedTypes: list(kindOf, 3), verbs: list(string(), 4) },
});
const discovered = object({
  ...{ resource: string(1), responseKind: ref(kindOf, 2), scope: string(3), singularResource: string(4) },
  ...{ verbs: list(string(), 5), shortNames: list(string(), 6), categories: list(string(), 7) },
  subresources: list(part, 8),
});
const version = object({ version: string(1), resources: list(discovered, 2), freshness: string(3) });
const groupDiscovery = object({ metadata: ref<ObjectMeta>(ObjectMeta, 1), versions: list(version, 2) });

const schemas: Readonly<Record<string, { readonly node: SchemaNode }>> = {
  APIVersions: object({ versions: list(string(), 1), serverAddressByClientCIDRs: list(address, 2) }),
  APIGroup: group,
  APIGroupList: object({ groups: list(group, 1) }),
  APIResourceList: object({ groupVersion: string(1), resources: list(resource, 2) }),
  APIGroupDiscoveryList: object({ metadata: ref<ListMeta>(ListMeta, 1), items: list(groupDiscovery, 2) }),
};

/** A document in its envelope; undefined for one that has no message. */
export function discoveryMessage(document: unknown): Uint8Array | undefined {
  const { apiVersion = 'v1', kind } = document as { readonly apiVersion?: string; readonly kind: string };
  const schema = schemas[kind];
  if (schema === undefined) return undefined;
  return sealEnvelope({ apiVersion, kind }, writeMessage(schema.node, withVerbs(document as Json)));
}

function withVerbs(document: Json): Json {
  const { resources } = document as { readonly resources?: readonly Json[] };
  if (resources === undefined) return document;
  return { ...document, resources: resources.map((each) => ({ ...each, verbs: { items: each['verbs'] } })) };
}
