/** All that Kubernetes 1.33 adds to the language, but what speaks to the authorizer. */
import type { Library } from '../functions.js';
import { addressLibrary } from './address.js';
import { collectionLibrary } from './collections.js';
import { formatLibrary } from './named-formats.js';
import { quantityLibrary } from './quantity.js';
import { regexLibrary } from './regex.js';
import { semverLibrary } from './semver.js';
import { urlLibrary } from './url.js';

const lately: readonly Library[] = [semverLibrary];

/** Of expressions that are new: what a version brings can be said when the version before knows it, too. */
export const newExpressionLibraries: readonly Library[] = [
  collectionLibrary,
  regexLibrary,
  urlLibrary,
  addressLibrary,
  quantityLibrary,
  formatLibrary,
  { overloads: [], strictLiterals: true },
];

/** Of expressions about devices, which can say `cel.bind(name, value, body)`, too. */
export const bindLibrary: Library = { overloads: [], binds: true };

/** Of expressions that are stored already. */
export const kubernetesLibraries: readonly Library[] = [...newExpressionLibraries, ...lately];
