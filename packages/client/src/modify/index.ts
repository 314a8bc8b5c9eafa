/** `modify()`: change an object in place of spreading it, and again on conflicts. It brings immer along. */
export { type ModifyOptions, modify } from './modify.js';
