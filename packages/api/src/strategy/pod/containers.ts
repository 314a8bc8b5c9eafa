/** A pod's containers: those that run, those that initialize it, those that look into it. What must hold of each. */
import {
  dns1123LabelErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  noErrors,
  notFoundField,
  portNameErrors,
  portNumberErrors,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
  requiredFormatErrors,
} from '@pintle/machinery';
import type { Container, ContainerPort, ContainerResizePolicy, EphemeralContainer } from '../../core/v1/container.js';
import type { Volume } from '../../core/v1/persistent-volume.js';
import type { PodSpec } from '../../core/v1/pod.js';
import { probeErrors } from './handlers.js';
import { mountErrors } from './mounts.js';
import { containerResourceErrors } from './resources.js';
import { containerSecurityErrors } from './security-context.js';
import { variableSourcesErrors, variablesErrors } from './variables.js';
import { pullPolicyErrors } from './volume-sources.js';

/** What containers share with their pod. */
export interface PodContext {
  readonly spec: PodSpec;
  readonly volumes: ReadonlyMap<string, Volume>;
  /** The names of the pod's claims of devices. */
  readonly claims: ReadonlySet<string>;
  /** A pod, and no template of one. */
  readonly isPod: boolean;
}

export function containersErrors(context: PodContext, path: string): readonly FieldError[] {
  const { containers = [] } = context.spec;
  if (containers.length === 0) return [requiredField(path)];
  const names = new Set<string>();
  return [
    ...eachErrors(containers, path, (container, at) => [
      ...commonErrors(container, at, context),
      ...uniqueNameErrors(container, at, names),
      ...probeErrors(container, at, context.spec.terminationGracePeriodSeconds),
      ...(container.restartPolicy === undefined
        ? noErrors
        : [forbiddenField(`${at}.restartPolicy`, 'may not be set for non-init containers')]),
    ]),
    ...hostPortErrors(containers, path),
    ...(context.spec.hostNetwork ? hostNetworkPortErrors(containers, path, context.isPod) : noErrors),
  ];
}

const onlySidecars = 'may not be set for init containers without restartPolicy=Always';
const ofSidecars = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function initContainersErrors(context: PodContext, path: string): readonly FieldError[] {
  const { initContainers, containers = [] } = context.spec;
  const names = new Set(containers.map(({ name = '' }: Partial<Container>) => name));
  return eachErrors(initContainers, path, (container, at) => [
    ...commonErrors(container, at, context),
    ...(container.restartPolicy === undefined
      ? noErrors
      : requiredChoiceErrors(container.restartPolicy, `${at}.restartPolicy`, ['Always'])),
    ...(container.name || names.has('') ? uniqueNameErrors(container, at, names) : noErrors),
    // They run one by one, so that each has the ports to itself.
    ...hostPortErrors([container], path),
    ...(container.restartPolicy === 'Always'
      ? probeErrors(container, at, context.spec.terminationGracePeriodSeconds)
      : ofSidecars
          .filter((field) => container[field] !== undefined)
          .map((field) => forbiddenField(`${at}.${field}`, onlySidecars))),
  ]);
}

/** What a container has that comes and goes may say of itself; the rest is for containers that live on. */
const ephemeralFields: ReadonlySet<string> = new Set([
  'name',
  'image',
  'command',
  'args',
  'workingDir',
  'envFrom',
  'env',
  'volumeMounts',
  'volumeDevices',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'stdinOnce',
  'tty',
  'targetContainerName',
]);
const notEphemeral = 'cannot be set for an Ephemeral Container';

export function ephemeralContainersErrors(context: PodContext, path: string): readonly FieldError[] {
  const { ephemeralContainers, containers = [], initContainers = [] } = context.spec;
  if (ephemeralContainers === undefined) return noErrors;
  const others = [...containers, ...initContainers].map(({ name = '' }: Partial<Container>) => name);
  const names = new Set(others);
  return eachErrors(ephemeralContainers, path, (container, at) => {
    const { targetContainerName: target } = container;
    return [
      ...commonErrors(container as Container, at, context),
      ...uniqueNameErrors(container as Container, at, names),
      ...(target && !others.includes(target) ? [notFoundField(`${at}.targetContainerName`, target)] : noErrors),
      ...livingErrors(container, at),
    ];
  });
}

function livingErrors(container: EphemeralContainer, path: string): readonly FieldError[] {
  const set = Object.entries(container)
    .filter(([field, value]) => !ephemeralFields.has(field) && !isUnset(field, value))
    .map(([field]) => field);
  const mounts = (container.volumeMounts ?? []).flatMap((mount, index) =>
    (['subPath', 'subPathExpr'] as const)
      .filter((field) => mount[field])
      .map((field) => `volumeMounts[${index}].${field}`),
  );
  return [...set, ...mounts].map((field) => forbiddenField(`${path}.${field}`, notEphemeral));
}

/** Resources are no pointer: who says that there are none has said nothing. */
const isUnset = (field: string, value: unknown) =>
  value === undefined || (field === 'resources' && typeof value === 'object' && Object.keys(value ?? {}).length === 0);

/** Of several that have no name each is told as the first one's double, but among those that initialize a pod. */
function uniqueNameErrors({ name = '' }: Partial<Container>, path: string, names: Set<string>): readonly FieldError[] {
  if (names.has(name)) return [duplicateField(`${path}.name`, name)];
  names.add(name);
  return noErrors;
}

/** What must hold of containers of every kind. */
function commonErrors(container: Container, path: string, context: PodContext): readonly FieldError[] {
  const { name, image, imagePullPolicy, terminationMessagePolicy, env, envFrom, ports, resizePolicy } = container;
  const { spec, volumes, claims, isPod } = context;
  return [
    ...requiredFormatErrors(name, `${path}.name`, dns1123LabelErrors),
    ...requiredErrors(image, `${path}.image`),
    // Templates were allowed such images before anybody looked.
    ...(isPod && image !== undefined && image !== image.trim()
      ? [invalidField(`${path}.image`, image, 'must not have leading or trailing whitespace')]
      : noErrors),
    ...requiredChoiceErrors(terminationMessagePolicy, `${path}.terminationMessagePolicy`, [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...portsErrors(ports, `${path}.ports`),
    ...variablesErrors(env, `${path}.env`),
    ...variableSourcesErrors(envFrom, `${path}.envFrom`),
    ...mountErrors(container, path, volumes),
    ...pullPolicyErrors(imagePullPolicy, `${path}.imagePullPolicy`),
    ...containerResourceErrors(container.resources, `${path}.resources`, claims),
    ...resizePolicyErrors(resizePolicy, `${path}.resizePolicy`, spec.restartPolicy),
    ...containerSecurityErrors(container.securityContext, `${path}.securityContext`, spec.hostUsers ?? true),
  ];
}

export const protocols = ['SCTP', 'TCP', 'UDP'];

function portsErrors(ports: readonly ContainerPort[] | undefined, path: string): readonly FieldError[] {
  if (ports === undefined) return noErrors;
  const names = new Set<string>();
  return eachErrors(ports, path, ({ name, containerPort, hostPort, protocol }, at) => {
    const errors = [...formatErrors(name, `${at}.name`, portNameErrors)];
    if (name && errors.length === 0) {
      if (names.has(name)) errors.push(duplicateField(`${at}.name`, name));
      names.add(name);
    }
    return [
      ...errors,
      ...(containerPort ? numberErrors(containerPort, `${at}.containerPort`) : [requiredField(`${at}.containerPort`)]),
      ...(hostPort ? numberErrors(hostPort, `${at}.hostPort`) : noErrors),
      ...requiredChoiceErrors(protocol, `${at}.protocol`, protocols),
    ];
  });
}

const numberErrors = (port: number, path: string): readonly FieldError[] =>
  portNumberErrors(port).map((message) => invalidField(path, port, message));

/** No two containers may have the same port of the node. */
function hostPortErrors(containers: readonly Container[], path: string): readonly FieldError[] {
  const taken = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, { ports = [] }] of containers.entries())
    for (const [portIndex, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue;
      const id = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(id)) errors.push(duplicateField(`${path}[${index}].ports[${portIndex}].hostPort`, id));
      taken.add(id);
    }
  return errors;
}

/** In the node's network a container's port is the node's. A template may leave it out. */
const hostNetworkPortErrors = (containers: readonly Container[], path: string, isPod: boolean): readonly FieldError[] =>
  containers.flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ hostPort = 0, containerPort }, portIndex) =>
      hostPort === containerPort || (hostPort === 0 && !isPod)
        ? []
        : [
            invalidField(
              `${path}[${index}].ports[${portIndex}].hostPort`,
              hostPort,
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ],
    ),
  );

/** Upstream names the list, not the entry, as the place of most of these. */
function resizePolicyErrors(
  policies: readonly ContainerResizePolicy[] | undefined,
  path: string,
  podRestartPolicy: string | undefined,
): readonly FieldError[] {
  const seen = new Set<string>();
  return eachErrors(policies, path, ({ resourceName, restartPolicy }, at) => {
    const again = seen.has(resourceName);
    seen.add(resourceName);
    return [
      ...(again ? [duplicateField(at, resourceName)] : noErrors),
      ...requiredChoiceErrors(resourceName, path, ['cpu', 'memory']),
      ...requiredChoiceErrors(restartPolicy, path, ['NotRequired', 'RestartContainer']),
      ...(podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired'
        ? [invalidField(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'")]
        : noErrors),
    ];
  });
}
