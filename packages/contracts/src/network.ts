/** Where pods get their addresses from, and what carries a Service's traffic to them. */

/** Gives each pod its address, as a CNI plug-in does. */
export interface PodNetwork {
  /** Harmless to repeat: the same pod gets the same address until it is released. */
  setUpPod(pod: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  }): Promise<{ readonly ip: string }>;
  tearDownPod(uid: string): Promise<void>;
  /** What a user should know, as that pods share one address here. Empty for nothing. */
  readonly notices: readonly string[];
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

export interface Backend {
  readonly ip: string;
  readonly port: number;
  /** The endpoint's node, where known. */
  readonly nodeName?: string;
  /** `ready` gets new connections; `terminating` only while nothing else is there; established ones drain. */
  readonly state: 'ready' | 'terminating';
}

/** One address and port that answers for a Service, and where its connections may go. */
export interface ServiceRoute {
  /** `namespace/name:port`, unique among routes together with `ip`, `port` and `protocol`. */
  readonly name: string;
  readonly ip: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly backends: readonly Backend[];
  /** Keep a client on its backend for so long since its last connection. */
  readonly sessionAffinitySeconds?: number;
}

/** Carries the traffic of Services on one node. */
export interface ServiceDataplane {
  /** Whether a client of one IP family can be led to a backend of the other. Default false. */
  readonly bridgesFamilies?: boolean;
  /** Makes `routes` all that is routed. Resolves when each listens; a route that can't is reported, the others stand. */
  apply(routes: readonly ServiceRoute[]): Promise<readonly RouteFault[]>;
  close(): Promise<void>;
}

export interface RouteFault {
  readonly route: ServiceRoute;
  readonly error: Error;
}
