/** The kinds and types of `authorization/v1`. */
export * from './authorization.js';
