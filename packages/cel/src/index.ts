/** The Common Expression Language, as Kubernetes uses it. */

export { type CheckedType, type CheckProblem, typeOfSchema, typeText } from './check.js';
export * from './compile.js';
export { cardinalityMax, type DeclaredSize, declaredSize } from './cost/declared-sizes.js';
export { CelCostError, type MessageMaker } from './evaluate.js';
export type { Library, Overload } from './functions.js';
export * from './json-values.js';
export { kubernetesLibraries } from './library/kubernetes.js';
export { linearPattern } from './library/pattern.js';
export * from './values.js';
