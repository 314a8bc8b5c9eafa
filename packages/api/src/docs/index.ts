/** Our words for `kubectl explain`, for `createApiServer({ fieldDocs })`. Loaded by nothing else. */

import type { FieldDocs } from '@pintle/machinery';
import { accessDocs } from './access.js';
import { autoscalingDocs } from './autoscaling.js';
import { batchDocs } from './batch.js';
import { bodyDocs } from './bodies.js';
import { configurationDocs } from './configuration.js';
import { containerDocs } from './container.js';
import { customResourceDefinitionDocs } from './custom-resource-definition.js';
import { deploymentDocs } from './deployment.js';
import { metadataDocs } from './metadata.js';
import { networkingDocs } from './networking.js';
import { podDocs } from './pod.js';
import { serviceDocs } from './service.js';
import { volumeDocs } from './volumes.js';
import { workloadDocs } from './workloads.js';

export const fieldDocs: FieldDocs = {
  ...metadataDocs,
  ...bodyDocs,
  ...podDocs,
  ...containerDocs,
  ...serviceDocs,
  ...deploymentDocs,
  ...workloadDocs,
  ...batchDocs,
  ...networkingDocs,
  ...accessDocs,
  ...autoscalingDocs,
  ...volumeDocs,
  ...configurationDocs,
  ...customResourceDefinitionDocs,
};
