/** The kinds and types of `flowcontrol/v1`. */
export * from './flowcontrol.js';
