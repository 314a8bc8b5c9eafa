/** The types that the server declares for expressions of policies: the request, its namespace, and what mutations make. */

import type * as Cel from '@pintle/cel';
import { any, boolean, int64, list, map, object, string, time } from '@pintle/machinery';
import { userInCel } from '../../access/user-in-cel.js';
import type { CelModule } from '../../registry/cel-module.js';

const kubernetes = (name: string) => `kubernetes.${name}`;

const groupVersionKind = object(
  () => ({ group: string(), version: string(), kind: string() }),
  kubernetes('GroupVersionKind'),
);
const groupVersionResource = object(
  () => ({ group: string(), version: string(), resource: string() }),
  kubernetes('GroupVersionResource'),
);

/** What `requestOf` gives, as far as expressions are held to it. */
export const requestInCel = object(
  () => ({
    kind: groupVersionKind,
    resource: groupVersionResource,
    subResource: string(),
    requestKind: groupVersionKind,
    requestResource: groupVersionResource,
    requestSubResource: string(),
    name: string(),
    namespace: string(),
    operation: string(),
    userInfo: userInCel,
    dryRun: boolean(),
    options: any(),
  }),
  kubernetes('AdmissionRequest'),
);

const names = ['name', 'generateName', 'namespace', 'UID', 'resourceVersion'] as const;

/** Its values are not held to it: upstream declares `UID` and times, and gives `uid` and texts. */
export const namespaceInCel = object(
  () => ({
    metadata: object(
      () => ({
        ...Object.fromEntries(names.map((name) => [name, string()])),
        ...{ labels: map(string()), annotations: map(string()), finalizers: list(string()) },
        ...{ creationTimestamp: time(), deletionTimestamp: time() },
        ...{ deletionGracePeriodSeconds: int64(), generation: int64() },
      }),
      kubernetes('NamespaceMetadata'),
    ),
    spec: object(() => ({ finalizers: list(string()) }), kubernetes('NamespaceSpec')),
    status: object(
      () => ({
        conditions: list(
          object(
            () => ({
              status: string(),
              type: string(),
              lastTransitionTime: time(),
              message: string(),
              reason: string(),
            }),
            kubernetes('NamespaceCondition'),
          ),
        ),
        phase: string(),
      }),
      kubernetes('NamespaceStatus'),
    ),
  }),
  kubernetes('Namespace'),
);

/** A value that was written out as `Name{…}`. */
interface Written extends Cel.CelMap {
  readonly madeAs: string;
}

export const writtenOut = (cel: CelModule, name: string, fields: ReadonlyMap<string, Cel.Value>): Written =>
  Object.assign(new cel.LiteralMap(fields), { madeAs: name });

const isWritten = (cel: CelModule, value: Cel.Value): value is Written => cel.isMap(value) && 'madeAs' in value;

/** Objects within objects whose names are not those of the fields that they stand in; `path` is what the value is called. */
export function misnamed(cel: CelModule, value: Cel.Value, path?: string): readonly string[] {
  if (cel.isList(value)) return value.flatMap((item) => misnamed(cel, item, path));
  if (!cel.isMap(value)) return [];
  const given = isWritten(cel, value) ? value.madeAs : undefined;
  const expected = path ?? given;
  const inner = [...value.keys()].flatMap((key) =>
    misnamed(cel, value.get(key)!, given === undefined ? expected : `${expected}.${key}`),
  );
  if (given === undefined || given === expected) return inner;
  return [
    `unexpected type name ${JSON.stringify(given)}, expected ${JSON.stringify(expected)}, which matches field name path from root Object type`,
    ...inner,
  ];
}

/** `Object`, `Object.spec`… take any field with any value; of a `JSONPatch` only the texts are held to be such. */
export function patchTypes(cel: CelModule): (name: string) => Cel.CheckedType | undefined {
  const { dyn, textType, objectNamed } = cel;
  const anyField = { get: () => dyn };
  // Upstream knows no type for a field that there is not, and finds it wanting in what is given.
  const nothing = { name: '' };
  const patch = new Map([...['op', 'from', 'path'].map((field) => [field, textType] as const), ['value', dyn]]);
  const jsonPatch = objectNamed('JSONPatch', { get: (field) => patch.get(field) ?? nothing });
  return (name) => {
    if (name === jsonPatch.name) return jsonPatch;
    return name === 'Object' || name.startsWith('Object.') ? objectNamed(name, anyField) : undefined;
  };
}
