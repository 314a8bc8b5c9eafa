/** Which backend takes a new connection: its client's own where affinity says so, else the next in turn. */
import type { Backend, ServiceRoute } from '@pintle/contracts';

interface Affinity {
  readonly backend: string;
  readonly untilMs: number;
}

/** Clients remembered for one route; the longest unheard of go first. */
const affinitiesMax = 10_000;

export const backendId = ({ ip, port }: Backend) => `${ip}:${port}`;

/** The state of one route's choices. */
export class BackendChooser {
  private route: ServiceRoute;
  private turn = 0;
  private readonly affinities = new Map<string, Affinity>();

  constructor(route: ServiceRoute) {
    this.route = route;
  }

  update(route: ServiceRoute): void {
    this.route = route;
  }

  /** `tried` were found not to answer. Undefined: nobody is left. */
  choose(client: string, nowMs: number, tried: ReadonlySet<string>): Backend | undefined {
    const ready = this.route.backends.filter(({ state }) => state === 'ready');
    const usable = (ready.length > 0 ? ready : this.route.backends).filter((backend) => !tried.has(backendId(backend)));
    const seconds = this.route.sessionAffinitySeconds;
    const kept = seconds === undefined ? undefined : this.affinities.get(client);
    const own =
      kept !== undefined && kept.untilMs > nowMs
        ? usable.find((backend) => backendId(backend) === kept.backend)
        : undefined;
    const chosen = own ?? (usable.length === 0 ? undefined : usable[this.turn++ % usable.length]);
    if (seconds !== undefined && chosen !== undefined)
      this.remember(client, { backend: backendId(chosen), untilMs: nowMs + seconds * 1000 });
    return chosen;
  }

  private remember(client: string, affinity: Affinity): void {
    this.affinities.delete(client);
    this.affinities.set(client, affinity);
    if (this.affinities.size > affinitiesMax) this.affinities.delete(this.affinities.keys().next().value!);
  }
}
