/** The kinds and types of `admissionregistration/v1`. */
export * from './admissionregistration.js';
