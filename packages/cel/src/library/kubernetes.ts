/** All that Kubernetes 1.33 adds to the language, but what speaks to the authorizer. */
import type { Library } from '../functions.js';
import { addressLibrary } from './address.js';
import { collectionLibrary } from './collections.js';
import { formatLibrary } from './named-formats.js';
import { quantityLibrary } from './quantity.js';
import { regexLibrary } from './regex.js';
import { semverLibrary } from './semver.js';
import { urlLibrary } from './url.js';

export const kubernetesLibraries: readonly Library[] = [
  collectionLibrary,
  regexLibrary,
  urlLibrary,
  addressLibrary,
  quantityLibrary,
  formatLibrary,
  semverLibrary,
  { overloads: [], strictLiterals: true },
];
