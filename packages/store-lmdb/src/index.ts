/** A durable store backend on LMDB. */
export * from './lmdb-store.js';
