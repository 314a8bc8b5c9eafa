/** The kinds and types of `apiserverinternal/v1alpha1`. */
export * from './apiserverinternal.js';
