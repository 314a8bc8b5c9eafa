/** The words against the notation: nothing is missed, and nothing is said of what is not there. */
import { describe, expect, it } from '@jest/globals';
import { CustomResourceDefinition } from '@pintle/api/apiextensions/v1';
import { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '@pintle/api/apps/v1';
import { HorizontalPodAutoscaler } from '@pintle/api/autoscaling/v2';
import { CronJob, Job } from '@pintle/api/batch/v1';
import { Namespace, PersistentVolume, PersistentVolumeClaim, Pod, Service } from '@pintle/api/core/v1';
import { Ingress } from '@pintle/api/networking/v1';
import { PodDisruptionBudget } from '@pintle/api/policy/v1';
import { ListMeta, resolve, type SchemaNode, StatusSchema } from '@pintle/machinery';
import { bodySchemas, builtinResources } from '../index.js';
import { fieldDocs } from './index.js';

/** Every named type that a schema is made of. */
function typesOf(place: SchemaNode, found = new Map<string, SchemaNode>()): ReadonlyMap<string, SchemaNode> {
  const node = resolve(place);
  if (node.name !== undefined) {
    if (found.has(node.name)) return found;
    found.set(node.name, node);
  }
  for (const child of [...Object.values(node.properties ?? {}), node.items, node.values])
    if (child !== undefined) typesOf(child, found);
  return found;
}

const types = new Map(
  [
    ...builtinResources().map(({ kind }) => kind.schema.node),
    ...[StatusSchema.node, ListMeta.node, ...Object.values(bodySchemas())],
  ].flatMap((node) => [...typesOf(node)]),
);

describe('the words of kubectl explain', () => {
  it.each(Object.entries(fieldDocs))(
    'say something of every field of %s, and of no other',
    (name, { about, fields }) => {
      const node = types.get(name);
      expect(node).toBeDefined();
      expect(Object.keys(fields).sort()).toEqual(Object.keys(node!.properties ?? {}).sort());
      for (const text of [about, ...Object.values(fields)]) expect(text).toMatch(/^\S.{3,}[.:]$/);
    },
  );

  it.each([
    ['Pod', Pod],
    ['Service', Service],
    ['Deployment', Deployment],
    ['ReplicaSet', ReplicaSet],
    ['StatefulSet', StatefulSet],
    ['DaemonSet', DaemonSet],
    ['Job', Job],
    ['CronJob', CronJob],
    ['HorizontalPodAutoscaler', HorizontalPodAutoscaler],
    ['PodDisruptionBudget', PodDisruptionBudget],
    ['Ingress', Ingress],
    ['Namespace', Namespace],
    ['PersistentVolume', PersistentVolume],
    ['PersistentVolumeClaim', PersistentVolumeClaim],
    ['CustomResourceDefinition', CustomResourceDefinition],
  ])('say something of %s, its metadata, its spec and its status', (_name, kind) => {
    const { properties = {} } = resolve(kind.schema.node);
    const parts = [kind.schema.node, properties['metadata']!, properties['spec']!, properties['status']!];
    for (const part of parts) expect(Object.keys(fieldDocs)).toContain(resolve(part).name);
  });
});
