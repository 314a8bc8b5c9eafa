/** `pintle apiserver`: the API server alone, as kube-apiserver is: no controllers, no scheduler, no nodes. */
import { join } from 'node:path';
import { serverVersion } from '@pintle/apiserver';
import { createServedCluster } from '@pintle/cluster/nodejs';
import { realWorld } from '@pintle/machinery';
import { durableStore } from '../durable-store.js';
import { toStandardError } from '../served-cluster.js';
import { askedToEnd, endWhenAsked } from '../up.js';
import type { ApiServerFlags } from './flags.js';
import { apiServerParts } from './parts.js';

export interface ApiServerOptions extends ApiServerFlags {
  /** Objects are kept in memory unless given. */
  readonly dataDir?: string;
  readonly kubeconfig?: string;
  /** True: to say it and end. */
  readonly version?: string | true;
}

export async function apiServer(options: ApiServerOptions): Promise<void> {
  const { dataDir, kubeconfig, version } = options;
  if (version === true) {
    console.log(`Kubernetes ${serverVersion.gitVersion}`);
    return;
  }
  const asked = askedToEnd();
  const world = realWorld({ logger: toStandardError() });
  // As kube-apiserver: everything is allowed where nobody is named who decides.
  const mode = options.authorizationConfig === undefined ? { authorizationMode: ['AlwaysAllow'] } : {};
  const served = await createServedCluster({
    world,
    ...(dataDir === undefined
      ? {}
      : { store: await durableStore(dataDir), credentialsFolder: join(dataDir, 'credentials') }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(version === undefined ? {} : { gitVersion: version }),
    portExactly: true,
    builtinControllers: [],
    scheduler: false,
    servesNodeMetrics: false,
    ...(await apiServerParts({ ...mode, ...options }, world)),
  });
  process.stderr.write(`serving at ${served.url}\n`);
  await endWhenAsked(served, asked);
}
