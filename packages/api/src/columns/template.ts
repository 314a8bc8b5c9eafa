/** The columns that the kinds with a template of pods share. */
import { formatLabelSelector, type KubernetesObject, type LabelSelector, type TableColumn } from '@pintle/machinery';
import type { PodTemplateSpec } from '../core/v1/index.js';
import { wide } from './column.js';

interface WithTemplate {
  readonly template?: PodTemplateSpec;
}

const containersOf = (of: WithTemplate | undefined) => of?.template?.spec?.containers ?? [];

export const containerNames = (of: WithTemplate | undefined): string =>
  containersOf(of)
    .map(({ name }) => name)
    .join(',');
export const containerImages = (of: WithTemplate | undefined): string =>
  containersOf(of)
    .map(({ image }) => image ?? '')
    .join(',');

interface WithSpec extends KubernetesObject {
  readonly spec?: WithTemplate;
}

export const templateColumns = <T extends WithSpec>(): readonly TableColumn<T>[] => [
  wide('Containers', ({ spec }) => containerNames(spec)),
  wide('Images', ({ spec }) => containerImages(spec)),
];

export const selectorText = (selector: LabelSelector | undefined): string =>
  selector === undefined ? '<none>' : formatLabelSelector(selector) || '<none>';
