/** The kinds and types of `rbac/v1`. */
export * from './rbac.js';
