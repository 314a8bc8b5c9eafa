/** What a difference that is known is. */
import type { Normal } from './normalize.js';

export interface Known {
  /** `newer`: kube-apiserver is of a later version. `deliberate`: see the page of compatibility. `surroundings`: of how it is run here. */
  readonly why: 'newer' | 'deliberate' | 'surroundings';
  readonly words: string;
  /** Of the row `group › name`; any unless given. */
  readonly row?: RegExp;
  /** Of the line of a difference; any unless given. */
  readonly line?: RegExp;
  /** Of the answers as wholes; any unless given. */
  readonly answers?: (expected: Normal, actual: Normal) => boolean;
}
