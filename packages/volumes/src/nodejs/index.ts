/** Volumes as folders of this machine. */
export * from './directory-volumes.js';
