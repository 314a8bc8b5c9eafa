/** Reflectors, informers, indexers and listers as RxJS streams over any `Client`. */
export * from './informer.js';
export * from './informers.js';
export * from './object-index.js';
export * from './reflector.js';
