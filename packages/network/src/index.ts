/** Services as data: what should be routed where. `./nodejs` carries it on loopback addresses. */
export * from './choose-backend.js';
export * from './service-proxy.js';
export * from './service-routes.js';
