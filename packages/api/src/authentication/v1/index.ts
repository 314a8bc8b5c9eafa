/** The kinds and types of `authentication/v1`. */
export * from './authentication.js';
