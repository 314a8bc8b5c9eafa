/** `pods/binding`: a scheduler's decision. A pod is bound once; its node then takes it up. */
import type { Pod, PodStatus } from '@pintle/api/core/v1';
import type { WriteOptions } from '@pintle/client';
import {
  aggregateText,
  badRequest,
  conflict,
  deepFreeze,
  formatTime,
  type KubernetesObject,
  onceForEach,
} from '@pintle/machinery';
import { plainFailure } from '../admission/plain-failure.js';
import type { RequestContext } from '../registry/request-context.js';
import { DerivedSpecs } from '../storage/derived-specs.js';
import type { ApiCore } from '../verbs/api-core.js';
import { otherObject, otherVersion } from '../verbs/storage-error.js';
import { changeObject } from '../verbs/update.js';
import { admitted, pastAdmission, placed } from './admitted.js';
import { bindingKind, createdPart } from './part-body.js';
import type { SubresourceHandler, SubresourceRequest } from './subresource.js';

interface Binding extends KubernetesObject {
  readonly target: { readonly kind?: string; readonly name?: string };
}

const bindings = { group: '', plural: 'pods/binding' };

/** Pods of one template on one node share their spec. */
const bound = new DerivedSpecs();

export interface BindingOptions {
  /** Whether pods get the labels of their Bindings, as they get the annotations (`PodTopologyLabelsAdmission`). */
  readonly copiesLabels: boolean;
}

export function bindingSubresource(how: BindingOptions): SubresourceHandler {
  return {
    body: bindingKind.kind,
    async create(request, body, options) {
      const sent = createdPart<Binding>(request, bindingKind, body, options);
      const check = checkedFor(request.key.name);
      const binding = await admitted(request, 'CREATE', 'binding', placed(sent, request.key), options.dryRun, check);
      return bind(request, binding, how, options);
    },
  };
}

/** The same by the older way: a Binding that is made in the pod's namespace, and not stored. */
export async function bindPod(
  core: ApiCore,
  context: RequestContext,
  body: KubernetesObject,
  namespace: string | undefined,
  how: BindingOptions,
  { dryRun = false }: WriteOptions,
): Promise<KubernetesObject> {
  const key = { name: body.metadata.name ?? '', namespace: namespace || body.metadata.namespace || 'default' };
  const [bindings, pods] = ['bindings', 'pods'].map((plural) => core.registry.byResource('v1', plural)!);
  const asked = { core, context, resource: bindings!, key };
  const binding = await admitted(asked, 'CREATE', undefined, body as Binding, dryRun, checkedFor(key.name));
  if (key.name === '') throw badRequest('Name parameter required.');
  return bind({ ...asked, resource: pods! }, binding, how, { dryRun });
}

/** Upstream's check of a target is an error of Go's, and no answer of the API. */
const checkedFor = (name: string) => (binding: Binding) => {
  if ((binding.metadata?.name ?? '') !== name) throw badRequest('name in URL does not match name in Binding object');
  const { kind = '', name: node = '' } = binding.target ?? {};
  const faults = [
    ...(kind === '' || kind === 'Node'
      ? []
      : [`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`]),
    ...(node === '' ? ['target.name: Required value'] : []),
  ];
  if (faults.length > 0) throw plainFailure(aggregateText(faults));
};

async function bind(
  { core, context, resource, key }: SubresourceRequest,
  { target, metadata }: Binding,
  { copiesLabels }: BindingOptions,
  options: WriteOptions,
): Promise<KubernetesObject> {
  const { annotations, labels = {} } = metadata;
  const copiesAny = copiesLabels && Object.keys(labels).length > 0;
  await changeObject(pastAdmission(core), context, resource, {
    key,
    subresource: 'binding',
    options,
    change(old) {
      const pod = old as Pod;
      const { uid = '', resourceVersion = '' } = pod.metadata;
      if (metadata.uid && metadata.uid !== uid) throw otherObject(resource, key, metadata.uid, uid, options.dryRun);
      if (metadata.resourceVersion && metadata.resourceVersion !== resourceVersion)
        throw otherVersion(resource, key, metadata.resourceVersion, resourceVersion, options.dryRun);
      if (pod.metadata.deletionTimestamp !== undefined)
        throw conflict(bindings, key.name, `pod ${key.name} is being deleted, cannot be assigned to a host`);
      if (pod.spec?.nodeName)
        throw conflict(
          bindings,
          key.name,
          `pod ${key.name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`,
        );
      if (pod.spec?.schedulingGates !== undefined && pod.spec.schedulingGates.length > 0)
        throw conflict(bindings, key.name, `pod ${key.name} has non-empty .spec.schedulingGates`);
      const object = {
        ...bound.of(pod, target.name!, (spec) => ({ ...spec, nodeName: target.name! })),
        metadata: {
          ...pod.metadata,
          ...(annotations === undefined ? {} : { annotations: { ...pod.metadata.annotations, ...annotations } }),
          ...(copiesAny ? { labels: { ...pod.metadata.labels, ...labels } } : {}),
          resourceVersion,
        },
        status: scheduledStatus(pod.status ?? noStatus, formatTime(core.world.clock.now())),
      };
      // Upstream's fields of a bound pod have no owner in the scheduler.
      return { object: object as KubernetesObject, ownsFields: true };
    },
  });
  return Object.freeze({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

const noStatus: PodStatus = Object.freeze({});

/** New pods have one status, and those that are bound in one second come to one again: the latest of each. */
const latest = onceForEach((_status: PodStatus): { at: string; scheduled: PodStatus } => ({
  at: '',
  scheduled: noStatus,
}));

function scheduledStatus(status: PodStatus, at: string): PodStatus {
  const known = latest(status);
  if (known.at !== at) {
    const others = (status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    const lastProbeTime = null as unknown as string;
    const condition = { type: 'PodScheduled', status: 'True', lastProbeTime, lastTransitionTime: at };
    known.scheduled = deepFreeze({ ...status, conditions: [...others, condition] });
    known.at = at;
  }
  return known.scheduled;
}
