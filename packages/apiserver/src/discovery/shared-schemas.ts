/** The types of bodies and answers that are of no resource, for the OpenAPI documents. */
import {
  any,
  boolean,
  list,
  object,
  parseApiVersion,
  ref,
  type SchemaNode,
  StatusSchema,
  string,
} from '@pintle/machinery';

const meta = (type: string) => `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;

const apiResource = object(
  {
    categories: list(string()).atomic(),
    group: string(),
    kind: string().required(),
    name: string().required(),
    namespaced: boolean().required(),
    shortNames: list(string()).atomic(),
    singularName: string().required(),
    storageVersionHash: string(),
    verbs: list(string()).required(),
    version: string(),
  },
  meta('APIResource'),
).doc('One resource that a version has.');

const apiResourceList = object(
  {
    apiVersion: string(),
    groupVersion: string().required(),
    kind: string(),
    resources: list(ref(apiResource)).atomic().required(),
  },
  meta('APIResourceList'),
).doc('The resources of a version.');

const watchEvent = object(
  { object: any(undefined, 'io.k8s.apimachinery.pkg.runtime.RawExtension').required(), type: string().required() },
  meta('WatchEvent'),
).doc('One change that a watch tells of.');

export interface SharedSchema {
  readonly node: SchemaNode;
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** Those of every server, and `bodies`, which are by `apiVersion/kind`. */
export function sharedSchemas(bodies: Readonly<Record<string, SchemaNode>>): readonly SharedSchema[] {
  const ofMeta = { 'v1/Status': StatusSchema.node, 'v1/WatchEvent': watchEvent.node };
  const kinds = { ...ofMeta, 'v1/APIResourceList': apiResourceList.node, ...bodies };
  return [
    { node: object({}, meta('Patch')).doc('What a patch wishes, in the notation that its content type names.').node },
    ...Object.entries(kinds).map(([name, node]) => {
      const slash = name.lastIndexOf('/');
      return { node, kind: { ...parseApiVersion(name.slice(0, slash)), kind: name.slice(slash + 1) } };
    }),
  ];
}
