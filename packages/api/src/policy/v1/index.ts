/** The kinds and types of `policy/v1`. */
export * from './policy.js';
