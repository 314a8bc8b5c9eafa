/** The kinds and types of `resource/v1beta1`. */
export * from './resource.js';
