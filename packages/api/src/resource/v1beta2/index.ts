/** The kinds and types of `resource/v1beta2`. */
export * from './resource.js';
