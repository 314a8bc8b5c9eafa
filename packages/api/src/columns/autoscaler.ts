/** The columns of HorizontalPodAutoscalers: above all, what each metric is and what it should be. */

import type { KubernetesObject } from '@pintle/machinery';
import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../autoscaling/v2/autoscaling.js';
import { ageColumn, column, integer, nameColumn, numeral } from './column.js';

/** Metrics that are shown; of more, only how many. */
const shownMax = 2;

export const autoscalerColumns = [
  nameColumn,
  column<HorizontalPodAutoscaler>(
    'Reference',
    ({ spec }) => `${spec?.scaleTargetRef.kind}/${spec?.scaleTargetRef.name}`,
  ),
  column<HorizontalPodAutoscaler>('Targets', ({ spec, status }) => targets(spec?.metrics, status?.currentMetrics)),
  column<HorizontalPodAutoscaler>('MinPods', ({ spec }) =>
    spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
  ),
  numeral<HorizontalPodAutoscaler>('MaxPods', ({ spec }) => spec?.maxReplicas),
  numeral<HorizontalPodAutoscaler>('Replicas', ({ status }) => status?.currentReplicas),
  ageColumn,
];

export function targets(specs: readonly MetricSpec[] = [], statuses: readonly MetricStatus[] = []): string {
  if (specs.length === 0) return '<none>';
  const shown = specs.slice(0, shownMax).map((spec, index) => target(spec, statuses[index]));
  const more = specs.length - shownMax;
  return `${shown.join(', ')}${more > 0 ? ` + ${more} more...` : ''}`;
}

function target({ type, external, pods, object, resource, containerResource }: MetricSpec, status?: MetricStatus) {
  if (type === 'External' && external !== undefined) return ofObject(external.target, status?.external?.current);
  if (type === 'Object' && object !== undefined) return ofObject(object.target, status?.object?.current);
  if (type === 'Pods' && pods !== undefined)
    return `${status?.pods?.current.averageValue ?? '<unknown>'}/${pods.target.averageValue}`;
  if (type === 'Resource' && resource !== undefined)
    return ofResource(resource.name, resource.target, status?.resource?.current);
  if (type === 'ContainerResource' && containerResource !== undefined)
    return ofResource(containerResource.name, containerResource.target, status?.containerResource?.current);
  return '<unknown type>';
}

const ofObject = ({ averageValue, value }: MetricTarget, current: MetricValueStatus | undefined) =>
  averageValue === undefined
    ? `${current?.value ?? '<unknown>'}/${value}`
    : `${current?.averageValue ?? '<unknown>'}/${averageValue} (avg)`;

function ofResource(name: string, { averageValue, averageUtilization }: MetricTarget, current?: MetricValueStatus) {
  if (averageValue !== undefined) return `${name}: ${current?.averageValue ?? '<unknown>'}/${averageValue}`;
  const percent = (value: number | undefined, otherwise: string) => (value === undefined ? otherwise : `${value}%`);
  return `${name}: ${percent(current?.averageUtilization, '<unknown>')}/${percent(averageUtilization, '<auto>')}`;
}

interface Scale extends KubernetesObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number };
}

/** Of the `scale` of any kind. */
export const scaleColumns = [
  column<Scale>('Name', ({ metadata }) => metadata.name ?? '', { description: 'The name of what is scaled.' }),
  integer<Scale>('Desired', ({ spec }) => spec?.replicas),
  integer<Scale>('Available', ({ status }) => status?.replicas),
  ageColumn,
] as const;
