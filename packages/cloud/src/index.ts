/**
 * The controllers that a cloud needs: its machines become Nodes' truth, its network learns the pods' addresses, its load
 * balancers carry Services. All over a `CloudProvider`; `cloudControllers()` are those that a provider can serve.
 */
import type { CloudProvider } from '@pintle/contracts';
import type { Controller, Runnable } from '@pintle/controller-runtime';
import { cloudNodeController, cloudNodeLifecycleController } from './node/index.js';
import { routeController } from './route/index.js';
import { serviceController } from './service/index.js';

export * from './node/index.js';
export * from './route/index.js';
export * from './service/index.js';
export * from './simulated/simulated-cloud.js';

export interface CloudControllersOptions {
  readonly cloud: CloudProvider;
  /** The ranges that pods' addresses are from; without any there are no routes. */
  readonly clusterCidrs?: readonly string[];
  /** Only these, by name; all of them unless given. */
  readonly only?: readonly string[];
}

export interface CloudControllers {
  readonly controllers: readonly Controller[];
  readonly runnables: readonly Runnable[];
}

export function cloudControllers({ cloud, clusterCidrs = [], only }: CloudControllersOptions): CloudControllers {
  const { instances, routes, loadBalancers } = cloud;
  const wanted = (name: string) => only === undefined || only.includes(name);
  return {
    controllers: [
      ...(instances === undefined
        ? []
        : [cloudNodeController({ instances }), cloudNodeLifecycleController({ cloud, instances })]),
      ...(loadBalancers === undefined ? [] : [serviceController({ loadBalancers })]),
    ].filter(({ options }) => wanted(options.name)),
    runnables: (routes === undefined || clusterCidrs.length === 0
      ? []
      : [routeController({ routes, clusterCidrs })]
    ).filter(({ name }) => wanted(name)),
  };
}
