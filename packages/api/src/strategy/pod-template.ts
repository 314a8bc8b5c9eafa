/** PodTemplates: a template of pods as an object of its own. */
import { deepEqual, type Strategy } from '@pintle/machinery';
import type { PodTemplate } from '../core/v1/pod.js';
import { defaultPodSpec } from './pod/pod-defaults.js';
import { podTemplateErrors } from './pod/pod-spec.js';
import { templateWarnings } from './pod/pod-warnings.js';

const errorsOf = ({ template }: PodTemplate) => podTemplateErrors(template, 'template');

export const podTemplateStrategy: Strategy<PodTemplate> = {
  defaults: (object) =>
    object.template?.spec === undefined
      ? object
      : { ...object, template: { ...object.template, spec: defaultPodSpec(object.template.spec) } },
  generationChanged: (object, old) => object.template !== old.template && !deepEqual(object.template, old.template),
  validateCreate: errorsOf,
  validateUpdate: errorsOf,
  warnings: (object, old) =>
    old !== undefined && deepEqual(object.template, old.template) ? [] : templateWarnings(object.template, 'template'),
};
