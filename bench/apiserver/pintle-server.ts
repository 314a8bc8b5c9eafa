/** The program of our server: TLS, client certificates, the node authorizer and RBAC; in memory, or durable at `path`. */
import type { ClusterRoleBinding } from '@pintle/api/rbac/v1';
import { clientCertificate, createApiServer, storedObjectCodec } from '@pintle/apiserver';
import { listen } from '@pintle/apiserver/nodejs';
import { realWorld } from '@pintle/machinery';
import { lmdbStore } from '@pintle/store-lmdb';
import { largePod } from './pods.js';
import { answering, extraMemory, groups, type Start } from './processes.js';

const world = realWorld();
let server: Awaited<ReturnType<typeof createApiServer>>;

async function start({ tls, path }: Start & { readonly path?: string }) {
  const backend = path === undefined ? {} : { backend: await lmdbStore({ path })(storedObjectCodec, world) };
  const apiGroup = 'rbac.authorization.k8s.io';
  server = await createApiServer({
    world,
    ...backend,
    authenticators: [clientCertificate],
    authorizer: ['node', 'rbac'],
  });
  for (const [name, role] of Object.entries(groups))
    await server.client().create<ClusterRoleBinding>({
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup, kind: 'Group', name }],
    });
  const { port } = await listen(server.handle, { tls: { ...tls.server, clientCaPem: tls.caPem } });
  return { port };
}

/** Writes that nobody asked for by the wire: as many pods as said, one after the other. */
async function make(count: number, prefix: string) {
  const client = server.client();
  for (let i = 0; i < count; i++) {
    const pod = largePod(i);
    await client.create({ ...pod, metadata: { ...pod.metadata, name: `${prefix}-${i}` } });
    if (i % 64 === 0) await new Promise(setImmediate);
  }
  return {};
}

answering(async (question: Start & { make?: number; prefix?: string; sampleMs?: number }) => {
  if (question.make !== undefined) return make(question.make, question.prefix ?? 'pod');
  if (question.sampleMs !== undefined)
    return { extra: await extraMemory(() => new Promise((resolve) => setTimeout(resolve, question.sampleMs))) };
  return start(question);
});
