/** The kinds and types of `autoscaling/v1`. */
export * from './autoscaling.js';
