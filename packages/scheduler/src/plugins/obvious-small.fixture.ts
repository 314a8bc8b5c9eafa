/**
 * The plugins that look at one node once more, as plain as can be, straight from the objects. The property tests hold
 * the plugins against it..
 */
import type { Node, NodeSelectorTerm, Pod } from '@pintle/api/core/v1';
import { cpuAndMemory, filled, on, type World } from './obvious-model.fixture.js';
import type { UtilizationPoint } from './resource-scorer.js';

export const schedulable = (node: Node, pod: Pod): boolean =>
  node.spec?.unschedulable !== true ||
  (pod.spec!.tolerations ?? []).some(
    ({ key, operator = 'Equal', value = '', effect }) =>
      (key === undefined || key === 'node.kubernetes.io/unschedulable') &&
      (effect === undefined || effect === 'NoSchedule') &&
      (operator === 'Exists' || value === ''),
  );

const hostPorts = (pod: Pod) =>
  pod.spec!.containers.flatMap(({ ports = [] }) =>
    ports.map(({ hostPort, hostIP, protocol }) => ({ hostPort, ip: hostIP || '0.0.0.0', protocol })),
  );

export function portsFree(world: World, node: Node, pod: Pod): boolean {
  const taken = on(world, node).flatMap(hostPorts);
  return !hostPorts(pod).some((wanted) =>
    taken.some(
      (held) =>
        held.hostPort === wanted.hostPort &&
        held.protocol === wanted.protocol &&
        (held.ip === wanted.ip || held.ip === '0.0.0.0' || wanted.ip === '0.0.0.0'),
    ),
  );
}

export function matches(node: Node, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  const label = (key: string) => node.metadata.labels?.[key];
  const integer = (text: string | undefined) => (/^[+-]?\d+$/.test(text ?? '') ? Number(text) : Number.NaN);
  const isNonsense =
    matchFields.some(({ values = [] }) => values.length !== 1) ||
    matchExpressions.some(({ operator, values = [] }) => {
      if (operator === 'In' || operator === 'NotIn') return values.length === 0;
      if (operator === 'Exists' || operator === 'DoesNotExist') return values.length > 0;
      return values.length !== 1 || Number.isNaN(integer(values[0]));
    });
  if (isNonsense) return false;
  return (
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = label(key);
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        case 'Gt':
          return values.length === 1 && integer(value) > integer(values[0]);
        default:
          return values.length === 1 && integer(value) < integer(values[0]);
      }
    }) && matchFields.every(({ operator, values = [] }) => values.includes(node.metadata.name!) === (operator === 'In'))
  );
}

export function affinityAllows(node: Node, pod: Pod): boolean {
  const { nodeSelector = {}, affinity } = pod.spec!;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return (
    Object.entries(nodeSelector).every(([key, value]) => node.metadata.labels?.[key] === value) &&
    (terms === undefined || terms.some((term) => matches(node, term)))
  );
}

export const preferenceWeight = (node: Node, pod: Pod): number =>
  (pod.spec!.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
    .filter(({ preference }) => matches(node, preference))
    .reduce((sum, { weight }) => sum + weight, 0);

const mebibyte = 1024 * 1024;

export function imageScore({ nodes }: World, node: Node, pod: Pod): number {
  const containers = [...pod.spec!.containers, ...(pod.spec!.initContainers ?? [])];
  const holds = (each: Node, image: string) =>
    each.status?.images?.find(({ names = [] }) => names.includes(image.includes(':') ? image : `${image}:latest`));
  let sum = 0;
  for (const { image = '' } of containers) {
    const held = image === '' ? undefined : holds(node, image);
    const spread = nodes.filter((each) => holds(each, image)).length / nodes.length;
    if (held !== undefined) sum += Math.trunc(held.sizeBytes! * spread);
  }
  const most = 1000 * mebibyte * containers.length;
  const least = 23 * mebibyte;
  return Math.floor((100 * (Math.min(Math.max(sum, least), most) - least)) / (most - least));
}

export function mostAllocated(world: World, node: Node, pod: Pod, counted = cpuAndMemory): number {
  let sum = 0n;
  let weights = 0n;
  for (const { weight, capacity, asked } of filled(world, node, pod, counted)) {
    sum += (((asked > capacity ? capacity : asked) * 100n) / capacity) * BigInt(weight);
    weights += BigInt(weight);
  }
  return weights === 0n ? 0 : Number(sum / weights);
}

export function capacityRatio(
  world: World,
  node: Node,
  pod: Pod,
  shape: readonly UtilizationPoint[],
  counted = cpuAndMemory,
): number {
  let [sum, weights] = [0, 0];
  for (const { weight, capacity, asked } of filled(world, node, pod, counted)) {
    const score = onShape(shape, asked > capacity ? 100 : Number((asked * 100n) / capacity));
    if (score <= 0) continue;
    sum += score * weight;
    weights += weight;
  }
  return weights === 0 ? 0 : Math.round(sum / weights);
}

/** The score at a utilization, on straight lines between the points. Both from 0 to 100. */
export function onShape(shape: readonly UtilizationPoint[], utilization: number): number {
  const after = shape.findIndex((point) => utilization <= point.utilization);
  const to = shape[after < 0 ? shape.length - 1 : after]!;
  const from = shape[after - 1];
  if (after <= 0 || from === undefined) return to.score * 10;
  const rise = (to.score - from.score) * 10 * (utilization - from.utilization);
  return from.score * 10 + Math.trunc(rise / (to.utilization - from.utilization));
}
