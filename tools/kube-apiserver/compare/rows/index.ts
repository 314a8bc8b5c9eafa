/** The whole table. */
import type { Group } from '../row.js';
import { everyKind } from './every-kind.js';

export const groups: readonly Group[] = [everyKind];
