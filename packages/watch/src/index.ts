/** Reflectors, informers, indexers and listers as RxJS streams over any `Client`. */
export * from './informer.js';
