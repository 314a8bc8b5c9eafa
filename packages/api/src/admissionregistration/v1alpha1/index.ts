/** The kinds and types of `admissionregistration/v1alpha1`. */
export * from './admissionregistration.js';
