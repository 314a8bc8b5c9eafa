/**
 * TLS, proxies and sockets by undici: for each certificate that is shown a pool of connections for requests, which share
 * a few, and one for streams, which have one each.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici';
import type { KubeConfig } from './kube-config.js';

/** How long a connection may take to stand. */
const connectTimeoutMs = 10_000;
const headersTimeoutMs = 60_000;
/** To have many costs more, by their handshakes, than to wait for one of them. Further requests wait. */
const requestConnectionsMax = 32;

export interface Identity {
  readonly cert?: string;
  readonly key?: string;
}

export interface Pools {
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

export interface Connections {
  /** The pools for who shows this certificate. Those for another certificate end when their answers have ended. */
  of(identity: Identity): Pools;
  close(): Promise<void>;
}

export function connections({ ca, tlsServerName, insecure, proxyUrl }: KubeConfig): Connections {
  let present: { readonly identity: Identity; readonly pools: Pools } | undefined;

  const made = ({ cert, key }: Identity, limits: { readonly connections?: number }): Dispatcher => {
    const tls = {
      // Each certificate of the bundle is believed by itself, as in Go: one in between, or the server's own.
      ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
      ...(cert === undefined ? {} : { cert, key }),
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
      rejectUnauthorized: insecure !== true,
    };
    // A watch is silent for as long as nothing happens: bodies have no time limit.
    const options = { bodyTimeout: 0, headersTimeout: headersTimeoutMs, ...limits };
    const connect = { ...tls, timeout: connectTimeoutMs };
    if (proxyUrl !== undefined) return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: connect });
    const { env } = process;
    const proxied = env['HTTPS_PROXY'] ?? env['https_proxy'] ?? env['HTTP_PROXY'] ?? env['http_proxy'];
    return proxied === undefined || proxied === ''
      ? new Agent({ ...options, connect })
      : new EnvHttpProxyAgent({ ...options, connect, requestTls: connect } as EnvHttpProxyAgent.Options);
  };

  return {
    of(identity) {
      const { cert, key } = identity;
      if (present !== undefined && present.identity.cert === cert && present.identity.key === key) return present.pools;
      void present?.pools.requests.close();
      void present?.pools.streams.close();
      const pools = { requests: made(identity, { connections: requestConnectionsMax }), streams: made(identity, {}) };
      present = { identity, pools };
      return pools;
    },
    async close() {
      const last = present?.pools;
      present = undefined;
      await Promise.all([last?.requests.destroy(), last?.streams.destroy()]);
    },
  };
}
