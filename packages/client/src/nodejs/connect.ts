/** A `Client` from a kubeconfig: TLS, certificates and tokens by undici. */
import { Agent, fetch } from 'undici';
import type { Client } from '../client.js';
import { httpClient } from '../http/http-client.js';
import type { KubeConfig } from './kube-config.js';

/** How long a connection may take to stand. */
const connectTimeoutMs = 10_000;

/** `await connect(kubeConfig())`. */
export async function connect({ server, ca, cert, key, token, insecure }: KubeConfig): Promise<Client> {
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized: insecure !== true,
  };
  // A watch is silent for as long as nothing happens: bodies have no time limit.
  const dispatcher = new Agent({
    connect: { ...tls, timeout: connectTimeoutMs },
    bodyTimeout: 0,
    headersTimeout: 60_000,
  });
  return httpClient({
    server,
    fetch: (url, init) =>
      fetch(url, {
        ...init,
        headers: { ...init.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        dispatcher,
      }) as unknown as Promise<Response>,
  });
}
