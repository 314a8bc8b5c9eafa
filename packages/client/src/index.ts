/** The `Client` interface. `./http` speaks it to any server, `./nodejs` finds the server by kubeconfig. */
export * from './client.js';
