/** Reflectors, informers, indexers and listers as RxJS streams over any `Client`. */
export * from './handler-safe-observable.js';
export * from './informer.js';
export * from './informers.js';
export * from './object-index.js';
export * from './operators.js';
export * from './reflector.js';
export * from './transforms.js';
