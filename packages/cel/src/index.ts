/** The Common Expression Language, as Kubernetes uses it. */

export * from './check/checked-type.js';
export { isVisible, typeOfSchema } from './check/schema-type.js';
export type { CheckProblem } from './check-problem.js';
export * from './compile.js';
export { cardinalityMax, type DeclaredSize, declaredSize } from './cost/declared-sizes.js';
export type { MessageMaker } from './evaluate.js';
export { CelCostError } from './frame.js';
export type { Library, Overload } from './functions.js';
export * from './json-values.js';
export { bindLibrary, kubernetesLibraries, newExpressionLibraries } from './library/kubernetes.js';
export { linearPattern } from './library/pattern.js';
export * from './values.js';
