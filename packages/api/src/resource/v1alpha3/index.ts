/** The kinds and types of `resource/v1alpha3`. */
export * from './resource.js';
