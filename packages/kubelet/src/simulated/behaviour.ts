/** How containers of simulated images behave, as data. Times are of the world's clock. */

export interface SimulatedRun {
  /** How long it runs before it ends by itself. Absent: for ever. */
  readonly runMs?: number;
  /** With what it ends then. Default 0. */
  readonly exitCode?: number;
  /** The words it leaves at its end. */
  readonly message?: string;
  /** How long after its start probes find it well. Default 0. */
  readonly readyAfterMs?: number;
  /** From then on, after its start, probes find it ill. Absent: never. */
  readonly illAfterMs?: number;
}

export interface ImageBehaviour extends SimulatedRun {
  /** How long a pull takes, once a runtime. Default 0. */
  readonly pullMs?: number;
  /** Why a pull fails. */
  readonly pullError?: string;
  /** How long a start takes. Default 0. */
  readonly startMs?: number;
  /** Why a start fails. */
  readonly startError?: string;
  /** How long it takes to end after SIGTERM. Absent: at once; more than its grace: it is killed. */
  readonly stopMs?: number;
  /** With what it ends on SIGTERM. Default 0. */
  readonly stopExitCode?: number;
  /** What differs in its first runs, by attempt. The last stands for all that follow. */
  readonly runs?: readonly SimulatedRun[];
  /** What it prints, and how long after its start. */
  readonly log?: readonly { readonly afterMs?: number; readonly text: string; readonly stream?: 'stdout' | 'stderr' }[];
  /** What commands in it answer, by their words joined with spaces. Others answer with nothing, and 0 while probes find it well, else 1. */
  readonly exec?: Readonly<
    Record<
      string,
      { readonly exitCode?: number; readonly stdout?: string; readonly stderr?: string; readonly takesMs?: number }
    >
  >;
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
}

/** By image name, or by a pattern in which `*` stands for any characters. The first that fits counts. */
export type SimulatedImages = Readonly<Record<string, ImageBehaviour>>;

/** Starts at once and runs for ever: what an image does that nothing is said of. */
const steady: ImageBehaviour = {};

/** Finds behaviours, each image's only once. */
export function behaviours(images: SimulatedImages): (image: string) => ImageBehaviour {
  const patterns = Object.entries(images)
    .filter(([name]) => name.includes('*'))
    .map(([name, behaviour]) => ({
      pattern: new RegExp(`^${name.split('*').map(escapePattern).join('.*')}$`),
      behaviour,
    }));
  const found = new Map<string, ImageBehaviour>();
  return (image) => {
    let behaviour = found.get(image);
    if (behaviour === undefined) {
      behaviour = Object.hasOwn(images, image)
        ? images[image]!
        : (patterns.find(({ pattern }) => pattern.test(image))?.behaviour ?? steady);
      found.set(image, behaviour);
    }
    return behaviour;
  };
}

const escapePattern = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** How the run of this attempt goes. */
export function runOf(behaviour: ImageBehaviour, attempt: number): SimulatedRun {
  const { runs } = behaviour;
  if (runs === undefined || runs.length === 0) return behaviour;
  return { ...behaviour, ...runs[Math.min(attempt, runs.length - 1)] };
}
