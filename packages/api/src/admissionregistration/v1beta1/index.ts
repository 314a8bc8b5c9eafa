/** The kinds and types of `admissionregistration/v1beta1`. */
export * from './admissionregistration.js';
