/** The container that the runtime is asked for, from the pod's words. Pure. */
import type { Container, Pod } from '@pintle/api/core/v1';
import type { ContainerConfig, Mount } from '@pintle/contracts';
import { parseQuantity, quantityMilliValue, quantityValue } from '@pintle/machinery';
import { ContainerConfigError, type EnvironmentVariable } from './environment.js';
import { expand } from './expansion.js';
import { imageLabel } from './plan-containers.js';

export interface ContainerConfigFacts {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly imageRef: string;
  readonly environment: readonly EnvironmentVariable[];
  /** By volume name. */
  readonly volumePaths: ReadonlyMap<string, string>;
}

/** Errors: `ContainerConfigError`. */
export function containerConfigOf({
  pod,
  container,
  attempt,
  imageRef,
  environment,
  volumePaths,
}: ContainerConfigFacts): ContainerConfig {
  const values = new Map(environment.map(({ name, value }) => [name, value]));
  const expanded = (words: readonly string[] | undefined) =>
    (words ?? []).map((word) => expand(word, (name) => values.get(name)));
  const user = container.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser;
  const limit = container.resources?.limits;
  const cpu = limit?.['cpu'];
  const memory = limit?.['memory'];
  return {
    name: container.name,
    attempt,
    imageRef,
    image: container.image ?? '',
    command: expanded(container.command),
    args: expanded(container.args),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    env: environment,
    mounts: (container.volumeMounts ?? []).map((mount) => mountOf(mount, volumePaths, values)),
    labels: {
      'io.kubernetes.pod.name': pod.metadata.name ?? '',
      'io.kubernetes.pod.namespace': pod.metadata.namespace ?? '',
      'io.kubernetes.pod.uid': pod.metadata.uid ?? '',
      'io.kubernetes.container.name': container.name,
      [imageLabel]: container.image ?? '',
    },
    annotations: { 'io.kubernetes.container.restartCount': String(attempt) },
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    resources: {
      ...(cpu === undefined ? {} : { cpuMillis: quantityMilliValue(parseQuantity(cpu)) }),
      ...(memory === undefined ? {} : { memoryBytes: quantityValue(parseQuantity(memory)) }),
    },
    ...(user === undefined ? {} : { runAsUser: user }),
  };
}

type VolumeMount = NonNullable<Container['volumeMounts']>[number];

function mountOf(
  { name, mountPath, readOnly, subPath, subPathExpr }: VolumeMount,
  paths: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, string>,
): Mount {
  const base = paths.get(name);
  if (base === undefined) throw new ContainerConfigError(`volume ${JSON.stringify(name)} is not mounted`);
  const below = subPathExpr ? expand(subPathExpr, (variable) => values.get(variable)) : (subPath ?? '');
  if (below.startsWith('/') || below.split('/').includes('..'))
    throw new ContainerConfigError(`subPath ${JSON.stringify(below)} must not leave its volume`);
  return { containerPath: mountPath, hostPath: below === '' ? base : `${base}/${below}`, readOnly: readOnly === true };
}
