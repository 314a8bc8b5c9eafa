/** The areas of the fuzzer that are made of probes. */
import { deleting } from './deleting.js';
import type { Area } from './probe.js';
import { watching } from './watching.js';

export const areas: readonly Area[] = [deleting, watching];
