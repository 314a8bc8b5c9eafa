/**
 * The server behind the API servers that APIServices of rows name: it serves a group by what the group is called, well or
 * badly, and of every other request it answers what it was asked. Its Services are `behind` of any group of rows.
 */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { CertificateAuthority } from '@pintle/apiserver/nodejs';
import { freePort } from '../../free-port.js';

export interface Behind {
  /** What rows may say as `{behind.port}` and so on. */
  readonly names: {
    readonly port: number;
    readonly ca: string;
    /** Of somebody else. */
    readonly otherCa: string;
    /** Nobody listens there. */
    readonly closedPort: number;
  };
  close(): void;
}

const resources = [
  { name: 'echoes', singularName: 'echo', namespaced: true, kind: 'Echo', verbs: ['get', 'list'], shortNames: ['ec'] },
  { name: 'echoes/status', singularName: '', namespaced: true, kind: 'Echo', verbs: ['get'] },
  { name: 'worlds', singularName: '', namespaced: false, kind: 'World', verbs: ['list'], categories: ['all'] },
];

/** Of the connection, or of whom it comes from, and so of no server in particular. */
const untold = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'accept-encoding'],
  ...['audit-id', 'x-forwarded-host'],
]);

/** What it says to be asked for a version of a group; undefined: nothing, ever. */
function listOf(group: string, version: string): { readonly status: number; readonly text: string } | undefined {
  const served = JSON.stringify({
    ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}` },
    resources,
  });
  switch (group.split('.')[0]) {
    case 'broken':
      return { status: 500, text: 'broken' };
    case 'absent':
      return { status: 404, text: '' };
    case 'moved':
      return { status: 302, text: '' };
    case 'words':
      return { status: 200, text: 'hello' };
    case 'mute':
      return undefined;
    default:
      return { status: 200, text: served };
  }
}

export async function startBehind(namespace: string): Promise<Behind> {
  const nowMs = Date.now();
  const authority = await CertificateAuthority.create({ commonName: 'behind-ca', nowMs });
  const other = await CertificateAuthority.create({ commonName: 'other-ca', nowMs });
  const { certPem: cert, keyPem: key } = await authority.issueServer({
    ...{ commonName: 'behind', nowMs, dns: [`behind.${namespace}.svc`], ips: [] },
  });
  const server = createServer({ cert, key }, (request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const { method, url = '/', headers } = request;
      const [, root, group = '', version = '', ...rest] = new URL(url, 'https://behind').pathname.split('/');
      const json = { 'content-type': 'application/json' };
      if (root !== 'apis' || version === '') return answer.writeHead(404).end();
      if (rest.length === 0 && method === 'GET') {
        const list = listOf(group, version);
        return list === undefined ? undefined : answer.writeHead(list.status, json).end(list.text);
      }
      if (rest.includes('elsewhere')) return answer.writeHead(307, { location: '/there' }).end();
      const told = Object.entries(headers).filter(([name]) => !untold.has(name));
      const body = Buffer.concat(chunks).toString('utf8');
      const heard = { kind: 'Echo', method, url, headers: Object.fromEntries(told), body };
      return answer
        .writeHead(rest.includes('teapot') ? 418 : 200, { ...json, 'x-behind': 'yes' })
        .end(JSON.stringify(heard));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const base64 = async (of: CertificateAuthority) => Buffer.from((await of.toPem()).certPem).toString('base64');
  return {
    names: {
      port,
      ...{ ca: await base64(authority), otherCa: await base64(other) },
      closedPort: await freePort(),
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
