/** A `Client` of a real cluster: `await connect()`, with the credentials and connections that a kubeconfig asks for. */
import { realWorld, type World } from '@pintle/machinery';
import { type HttpClient, type HttpClientOptions, httpClient } from '../http/http-client.js';
import { connections } from './connections.js';
import { credentialSource } from './credentials.js';
import { type KubeConfig, kubeConfig } from './kube-config.js';
import { lightFetch } from './light-fetch.js';

export interface ConnectOptions extends Omit<HttpClientOptions, 'server' | 'fetch' | 'world'> {
  readonly world?: World;
}

export interface ConnectedClient extends HttpClient {
  /** Ends its connections, and what still runs over them. */
  close(): Promise<void>;
}

/**
 * Reads `config` (by default the current context of the kubeconfig, or what a pod is told) and speaks to its server.
 * Asks nothing of it yet. Credentials are got as they are needed, and again when they expire or are refused (401).
 * Errors: `KubeConfigError`; of requests also `ExecPluginError`, as the cause of a `ConnectionError`.
 */
export async function connect(
  config: KubeConfig = kubeConfig(),
  options: ConnectOptions = {},
): Promise<ConnectedClient> {
  const { world = realWorld(), ...rest } = options;
  const credentials = credentialSource(config.credentials, world.clock);
  const sockets = connections(config);
  const client = httpClient({
    ...rest,
    world,
    server: config.server,
    async fetch(url, { isStream, ...init }) {
      for (let again = false; ; again = true) {
        const shown = await credentials.current();
        const headers = { ...init.headers, ...shown.headers };
        const { requests, streams } = sockets.of(shown);
        const response = await lightFetch(url, { ...init, headers, dispatcher: isStream ? streams : requests });
        if (response.status !== 401 || again || !credentials.refused(shown)) return response;
        await response.text();
      }
    },
  });
  return Object.freeze({ ...client, close: () => sockets.close() });
}
