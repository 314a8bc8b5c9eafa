/** Services and pod addresses on the loopback of this machine. */
export * from './loopback-addresses.js';
export * from './userspace-dataplane.js';
export * from './userspace-network.js';
