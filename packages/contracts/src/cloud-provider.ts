/**
 * What a cloud says of its machines and does for a cluster: the port of the controllers of `@pintle/cloud`. A part that
 * a provider lacks is absent, and the controllers that need it do not run. Everything is harmless to repeat.
 */

export interface CloudNode {
  readonly name: string;
  /** `spec.providerID`, where the node has one. */
  readonly providerId?: string;
}

export interface InstanceFacts {
  readonly providerId: string;
  /** As `m5.large`. Empty: not known. */
  readonly instanceType: string;
  /** `type` as NodeAddresses have it: `InternalIP`, `ExternalIP`, `Hostname`. */
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
  readonly zone?: string;
  readonly region?: string;
  /** More labels for the node. */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface CloudInstances {
  /** Undefined: the cloud has no such machine, and its node is to go. */
  facts(node: CloudNode): Promise<InstanceFacts | undefined>;
  /** Whether the machine stands still, and may come back. */
  isShutDown(node: CloudNode): Promise<boolean>;
}

export interface CloudRoute {
  /** Unique in the cloud. */
  readonly name: string;
  readonly nodeName: string;
  /** As `10.244.1.0/24`. */
  readonly destinationCidr: string;
}

export interface CloudRoutes {
  list(clusterName: string): Promise<readonly CloudRoute[]>;
  create(clusterName: string, route: CloudRoute): Promise<void>;
  delete(clusterName: string, route: CloudRoute): Promise<void>;
}

export interface LoadBalancerWish {
  /** Unique in the cloud, and the Service's for as long as it lives. */
  readonly name: string;
  /** `namespace/name`, for people. */
  readonly service: string;
  readonly ports: readonly {
    readonly name: string;
    readonly protocol: string;
    readonly port: number;
    /** Where the nodes listen for it; 0 where they do not, and the balancer reaches pods by itself. */
    readonly nodePort: number;
  }[];
  /** Addresses of clients that may come; empty: all. */
  readonly sourceRanges: readonly string[];
  /** The address that the Service asks for; a provider may refuse. */
  readonly loadBalancerIP?: string;
  /** Where `externalTrafficPolicy` is `Local`: the port where a node says whether it has endpoints. */
  readonly healthCheckNodePort?: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly nodes: readonly string[];
}

/** Where a load balancer can be reached. */
export interface LoadBalancerIngress {
  readonly ip?: string;
  readonly hostname?: string;
  /** `VIP` or `Proxy`; absent with a hostname. */
  readonly ipMode?: 'VIP' | 'Proxy';
}

export interface CloudLoadBalancers {
  /** Undefined: there is none of that name. */
  get(name: string): Promise<readonly LoadBalancerIngress[] | undefined>;
  /** Makes it, or makes it so. */
  ensure(wish: LoadBalancerWish): Promise<readonly LoadBalancerIngress[]>;
  updateNodes(name: string, nodes: readonly string[]): Promise<void>;
  /** One that is not there is deleted already. */
  delete(name: string): Promise<void>;
}

export interface CloudProvider {
  /** As `aws`; the scheme of provider ids. */
  readonly name: string;
  readonly instances?: CloudInstances;
  readonly routes?: CloudRoutes;
  readonly loadBalancers?: CloudLoadBalancers;
}
