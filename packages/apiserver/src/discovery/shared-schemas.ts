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

const serverAddress = object(
  { clientCIDR: string().required(), serverAddress: string().required() },
  meta('ServerAddressByClientCIDR'),
).doc('Where clients of a range of addresses reach the server.');

const addresses = () => list(ref(serverAddress)).atomic();

const apiVersions = object(
  {
    apiVersion: string(),
    kind: string(),
    serverAddressByClientCIDRs: addresses().required(),
    versions: list(string()).atomic().required(),
  },
  meta('APIVersions'),
).doc('The versions that the core has.');

const groupVersion = object(
  { groupVersion: string().required(), version: string().required() },
  meta('GroupVersionForDiscovery'),
).doc('A version of a group, with the name of the group and alone.');

const apiGroup = object(
  {
    apiVersion: string(),
    kind: string(),
    name: string().required(),
    preferredVersion: ref(groupVersion),
    serverAddressByClientCIDRs: addresses(),
    versions: list(ref(groupVersion)).atomic().required(),
  },
  meta('APIGroup'),
).doc('A group, and the versions that it has.');

const apiGroupList = object(
  { apiVersion: string(), groups: list(ref(apiGroup)).atomic().required(), kind: string() },
  meta('APIGroupList'),
).doc('The groups that there are, the core aside.');

const versionInfo = object(
  {
    buildDate: string().required(),
    compiler: string().required(),
    emulationMajor: string(),
    emulationMinor: string(),
    gitCommit: string().required(),
    gitTreeState: string().required(),
    gitVersion: string().required(),
    goVersion: string().required(),
    major: string().required(),
    minCompatibilityMajor: string(),
    minCompatibilityMinor: string(),
    minor: string().required(),
    platform: string().required(),
  },
  'io.k8s.apimachinery.pkg.version.Info',
).doc('Which Kubernetes the server is, and how it was built.');

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
  const kinds = {
    ...{ 'v1/Status': StatusSchema.node, 'v1/WatchEvent': watchEvent.node },
    ...{ 'v1/APIResourceList': apiResourceList.node, 'v1/APIVersions': apiVersions.node },
    ...{ 'v1/APIGroup': apiGroup.node, 'v1/APIGroupList': apiGroupList.node },
    ...bodies,
  };
  return [
    { node: object({}, meta('Patch')).doc('What a patch wishes, in the notation that its content type names.').node },
    { node: versionInfo.node },
    ...Object.entries(kinds).map(([name, node]) => {
      const slash = name.lastIndexOf('/');
      return { node, kind: { ...parseApiVersion(name.slice(0, slash)), kind: name.slice(slash + 1) } };
    }),
  ];
}
