/** The kinds and types of `autoscaling/v2`. */
export * from './autoscaling.js';
