/** The kinds and types of `events/v1`. */
export * from './events.js';
