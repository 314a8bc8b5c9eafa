/**
 * What every object of Kubernetes shares, and the ports of the world. Imports nothing of Pintle.
 */

export * from './apply/check-wishes.js';
export * from './apply/conflicts.js';
export * from './apply/field-tree.js';
export * from './apply/managed-fields.js';
export { mergeValues } from './apply/merge-values.js';
export type { Versioned, Versions, WriteRules } from './apply/structured-merge.js';
export { childNode, shapeAt } from './apply/typed-value.js';
export * from './digest/digest.js';
export * from './kind/kind.js';
export * from './kind/strategy.js';
export * from './meta/frozen.js';
export * from './meta/object-meta.js';
export * from './meta/ownership.js';
export * from './meta/v1.js';
export * from './metrics/metrics.js';
export * from './names/ip.js';
export * from './names/names.js';
export * from './patch/json-patch.js';
export * from './patch/merge-patch.js';
export * from './patch/patch-error.js';
export * from './patch/strategic-merge-patch.js';
export * from './quantity/go-duration.js';
export * from './quantity/int-or-percent.js';
export * from './quantity/quantity.js';
export * from './schema/from-openapi.js';
export * from './schema/normalize.js';
export * from './schema/protobuf.js';
export * from './schema/schema.js';
export * from './schema/to-openapi.js';
export * from './schema/validate.js';
export * from './selector/field-selector.js';
export * from './selector/label-selector.js';
export * from './selector/label-selector-errors.js';
export * from './status/field-checks.js';
export * from './status/field-error.js';
export * from './status/field-errors.js';
export * from './status/status-error.js';
export * from './world/clock.js';
export * from './world/console-logger.js';
export * from './world/logger.js';
export * from './world/random.js';
export * from './world/real-world.js';
export * from './world/timestamp.js';
export * from './world/virtual-world.js';
export * from './world/world.js';
