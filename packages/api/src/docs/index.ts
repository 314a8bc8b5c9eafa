/** Our words for `kubectl explain`, for `createApiServer({ fieldDocs })`. Loaded by nothing else. */

import type { FieldDocs } from '@pintle/machinery';
import { containerDocs } from './container.js';
import { customResourceDefinitionDocs } from './custom-resource-definition.js';
import { deploymentDocs } from './deployment.js';
import { metadataDocs } from './metadata.js';
import { podDocs } from './pod.js';
import { serviceDocs } from './service.js';

export const fieldDocs: FieldDocs = {
  ...metadataDocs,
  ...podDocs,
  ...containerDocs,
  ...serviceDocs,
  ...deploymentDocs,
  ...customResourceDefinitionDocs,
};
