/** What both the API server and controllers know of RBAC roles beside their shape. */
export * from './aggregation.js';
