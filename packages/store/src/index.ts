/** The versioned object store in memory, and the parts that durable backends are built of. */
export * from './leases.js';
export * from './memory-store.js';
export * from './versioned-map.js';
export * from './watch-hub.js';
