/** TLS, proxies and sockets by undici: one pool of connections for each certificate that is shown. */
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent } from 'undici';
import type { KubeConfig } from './kube-config.js';

/** How long a connection may take to stand. */
const connectTimeoutMs = 10_000;
const headersTimeoutMs = 60_000;

export interface Identity {
  readonly cert?: string;
  readonly key?: string;
}

export interface Connections {
  /** The pool for who shows this certificate. One for another certificate ends when its answers have ended. */
  of(identity: Identity): Dispatcher;
  close(): Promise<void>;
}

export function connections({ ca, tlsServerName, insecure, proxyUrl }: KubeConfig): Connections {
  let present: { readonly identity: Identity; readonly dispatcher: Dispatcher } | undefined;

  const made = ({ cert, key }: Identity): Dispatcher => {
    const tls = {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert, key }),
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
      rejectUnauthorized: insecure !== true,
    };
    // A watch is silent for as long as nothing happens: bodies have no time limit.
    const options = { bodyTimeout: 0, headersTimeout: headersTimeoutMs };
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
      if (present !== undefined && present.identity.cert === cert && present.identity.key === key)
        return present.dispatcher;
      void present?.dispatcher.close();
      present = { identity, dispatcher: made(identity) };
      return present.dispatcher;
    },
    async close() {
      const last = present;
      present = undefined;
      await last?.dispatcher.destroy();
    },
  };
}
