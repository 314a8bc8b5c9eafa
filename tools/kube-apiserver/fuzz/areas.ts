/** The areas of the fuzzer that are made of probes. */
import { applying } from './applying.js';
import { custom } from './custom.js';
import { deleting } from './deleting.js';
import { encoding } from './encoding.js';
import { expressions } from './expressions.js';
import { judging } from './judging.js';
import { paging } from './paging.js';
import { partsArea } from './parts.js';
import { patching } from './patching.js';
import type { Area } from './probe.js';
import { reviewing } from './reviewing.js';
import { routing } from './routing.js';
import { watching } from './watching.js';

export const areas: readonly Area[] = [
  applying,
  deleting,
  watching,
  partsArea,
  patching,
  reviewing,
  routing,
  custom,
  expressions,
  encoding,
  paging,
  judging,
];
