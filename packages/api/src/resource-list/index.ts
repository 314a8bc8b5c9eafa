export * from './amounts.js';
export * from './pod-amounts.js';
