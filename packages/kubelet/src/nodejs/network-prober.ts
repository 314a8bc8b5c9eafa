/** Probes by HTTP, TCP and gRPC with Node's sockets: a new connection each, redirects not followed beyond the host, certificates not checked, as kubelet's. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { type Clock, hostAndPort, realClock } from '@pintle/machinery';
import type { HttpTarget, NetworkTarget, ProbeOutcome, Prober } from '../probe/prober.js';
import { grpcProbe } from './grpc-probe.js';

const bodyBytesMax = 10 * 1024;
const redirectsMax = 10;

export interface NetworkProberOptions {
  /** As in `kube-probe/1.33`. Default that. */
  readonly userAgent?: string;
  /** Times what is asked over a socket. Default: the real one. */
  readonly clock?: Clock;
}

export function networkProber({
  userAgent = 'kube-probe/1.33',
  clock = realClock(),
}: NetworkProberOptions = {}): Prober {
  return {
    http: (target) => httpProbe(target, userAgent, clock, redirectsMax),
    tcp: (target) => tcpProbe(target, clock),
    grpc: (target) => grpcProbe(target, userAgent, clock),
  };
}

function httpProbe(target: HttpTarget, userAgent: string, clock: Clock, redirectsLeft: number): Promise<ProbeOutcome> {
  const { scheme, host, port, path, timeoutMs } = target;
  const url = `${scheme.toLowerCase()}://${hostAndPort(host, port)}${path}`;
  return new Promise((resolve) => {
    const headers: Record<string, string> = { 'user-agent': userAgent, accept: '*/*', connection: 'close' };
    for (const { name, value } of target.headers) headers[name.toLowerCase()] = value;
    const send = scheme === 'HTTPS' ? httpsRequest : httpRequest;
    let settled = false;
    const settle = (outcome: ProbeOutcome) => {
      if (settled) return;
      settled = true;
      cancel();
      request.destroy();
      resolve(outcome);
    };
    const failed = (why: string) => settle({ result: 'failure', output: `Get "${url}": ${why}` });
    const request = send({ host, port, path, headers, agent: false, rejectUnauthorized: false }, (response) => {
      const status = response.statusCode ?? 0;
      const location = response.headers.location;
      if (status >= 300 && status < 400 && location !== undefined && redirectsLeft > 0) {
        const next = redirected(target, url, location);
        response.resume();
        if (next === undefined)
          return settle({ result: 'success', output: `Probe terminated redirects, Response body: ` });
        settled = true;
        cancel();
        request.destroy();
        return resolve(httpProbe(next, userAgent, clock, redirectsLeft - 1));
      }
      let body = '';
      response.setEncoding('utf8');
      const finish = () =>
        settle(
          status >= 200 && status < 400
            ? { result: 'success', output: body }
            : { result: 'failure', output: `HTTP probe failed with statuscode: ${status}` },
        );
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length >= bodyBytesMax) finish();
      });
      response.on('end', finish);
      response.on('error', (error) => failed(error.message));
    });
    const cancel = clock.schedule(timeoutMs, () =>
      failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
    );
    request.on('error', (error) => failed(describe(error, host, port)));
    request.end();
  });
}

/** Where a redirect leads; undefined for another host, where kubelet does not follow. */
function redirected(target: HttpTarget, from: string, location: string): HttpTarget | undefined {
  const url = URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (url === undefined || url.hostname.replace(/^\[|\]$/g, '') !== target.host) return undefined;
  const scheme = url.protocol === 'https:' ? 'HTTPS' : 'HTTP';
  return {
    ...target,
    scheme,
    port: url.port === '' ? (scheme === 'HTTPS' ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
  };
}

function tcpProbe({ host, port, timeoutMs }: NetworkTarget, clock: Clock): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const settle = (outcome: ProbeOutcome) => {
      cancel();
      socket.destroy();
      resolve(outcome);
    };
    const socket = connect({ host, port }, () => settle({ result: 'success', output: '' }));
    const cancel = clock.schedule(timeoutMs, () =>
      settle({ result: 'failure', output: `dial tcp ${host}:${port}: i/o timeout` }),
    );
    socket.on('error', (error) => settle({ result: 'failure', output: describe(error, host, port) }));
  });
}

function describe(error: Error & { readonly code?: string }, host: string, port: number): string {
  if (error.code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  return `dial tcp ${host}:${port}: ${error.message}`;
}
