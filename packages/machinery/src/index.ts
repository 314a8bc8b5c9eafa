/**
 * What every object of Kubernetes shares, and the ports of the world. Imports nothing of Pintle.
 */
export * from './kind/kind.js';
export * from './kind/strategy.js';
export * from './meta/v1.js';
export * from './schema/schema.js';
export * from './status/field-error.js';
export * from './status/status-error.js';
export * from './world/clock.js';
export * from './world/logger.js';
export * from './world/random.js';
export * from './world/real-world.js';
export * from './world/timestamp.js';
export * from './world/virtual-world.js';
export * from './world/world.js';
