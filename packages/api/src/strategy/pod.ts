/** Pods: the defaults that depend on other fields, what must hold of a spec, what may change, and their grace. */
import {
  configMapKeyErrors,
  deepEqual,
  dns1123LabelErrors,
  duplicateField,
  envVarNameErrors,
  type FieldError,
  forbiddenField,
  invalidField,
  notFoundField,
  notSupportedField,
  parseQuantity,
  portNameErrors,
  portNumberErrors,
  requiredField,
  type Strategy,
} from '@pintle/machinery';
import type { Container } from '../core/v1/container.js';
import type { Volume } from '../core/v1/persistent-volume.js';
import type { Pod, PodSpec } from '../core/v1/pod.js';
import { qosClassOf } from './pod-qos.js';

const graceSecondsDefault = 30;

/** Defaults of a pod's spec, also inside templates. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  const host = spec.hostNetwork === true;
  const container = <C extends Container>(given: C): C => {
    const image = given.image ?? '';
    const latest = /@sha256:/.test(image) ? false : !/:[^/]+$/.test(image) || image.endsWith(':latest');
    const limits = given.resources?.limits;
    return {
      ...given,
      imagePullPolicy: given.imagePullPolicy ?? (latest ? 'Always' : 'IfNotPresent'),
      // What is limited and not asked for is asked for (core/v1 ResourceRequirements).
      ...(limits === undefined
        ? {}
        : { resources: { ...given.resources, requests: { ...limits, ...given.resources?.requests } } }),
      ...(host && given.ports !== undefined
        ? { ports: given.ports.map((port) => ({ ...port, hostPort: port.hostPort ?? port.containerPort })) }
        : {}),
    };
  };
  return {
    ...spec,
    // As for Go, what is absent is empty: that it is required is for the validation to say.
    containers: (spec.containers ?? []).map(container),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(container) }),
    ...(spec.ephemeralContainers === undefined
      ? {}
      : { ephemeralContainers: spec.ephemeralContainers.map((given) => container(given as Container)) }),
    ...(spec.serviceAccountName === undefined
      ? spec.serviceAccount === undefined
        ? {}
        : { serviceAccountName: spec.serviceAccount }
      : { serviceAccount: spec.serviceAccountName }),
    // A volume of no type is an empty folder.
    ...(spec.volumes?.some(isBare)
      ? { volumes: spec.volumes.map((volume) => (isBare(volume) ? { ...volume, emptyDir: {} } : volume)) }
      : {}),
    enableServiceLinks: spec.enableServiceLinks ?? true,
  };
}

const isBare = (volume: Volume) => Object.keys(volume).every((field) => field === 'name');

export const podStrategy: Strategy<Pod> = {
  defaults: (pod) => ({ ...pod, spec: defaultPodSpec(pod.spec ?? { containers: [] }) }),
  prepareForCreate: (pod) => ({ ...pod, status: { phase: 'Pending', qosClass: qosClassOf(pod.spec) } }),
  validateCreate: (pod) =>
    pod.spec === undefined
      ? [requiredField('spec')]
      : [
          ...podSpecErrors(pod.spec, 'spec'),
          ...(pod.spec.ephemeralContainers?.length
            ? [forbiddenField('spec.ephemeralContainers', 'cannot be set on create')]
            : []),
        ],
  validateUpdate: (pod, old) => [
    ...(pod.spec === undefined ? [requiredField('spec')] : podSpecErrors(pod.spec, 'spec')),
    ...specChangeErrors(pod, old),
  ],
  prepareForStatusUpdate: (pod, old) => ({
    ...pod,
    status: { ...pod.status, qosClass: pod.status?.qosClass ?? old.status?.qosClass ?? qosClassOf(old.spec) },
  }),
  gracePeriodSeconds(pod, requested) {
    // What runs nowhere, or has ended, has nobody to wait for.
    if (!pod.spec?.nodeName) return 0;
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return 0;
    const seconds = requested ?? pod.spec.terminationGracePeriodSeconds ?? graceSecondsDefault;
    return seconds < 0 ? 1 : seconds;
  },
};

/** Of a pod's spec only this may change: images, the deadline, additions to tolerations, the lifting of gates. */
function specChangeErrors(pod: Pod, old: Pod): readonly FieldError[] {
  const [now, before] = [pod.spec!, old.spec!];
  if (now === before || before === undefined) return [];
  const imagesOf = (containers: readonly Container[] | undefined, from: readonly Container[] | undefined) =>
    containers?.map((container, index) => ({ ...container, image: from?.[index]?.image ?? container.image ?? '' }));
  const restored: PodSpec = {
    ...now,
    containers: (imagesOf(now.containers, before.containers) ?? []) as PodSpec['containers'],
    ...(now.initContainers === undefined
      ? {}
      : {
          initContainers: imagesOf(now.initContainers, before.initContainers) as NonNullable<PodSpec['initContainers']>,
        }),
    ...pick(
      before,
      [
        'activeDeadlineSeconds',
        'terminationGracePeriodSeconds',
        'tolerations',
        'schedulingGates',
        'nodeSelector',
        'affinity',
      ],
      now,
    ),
  };
  const errors: FieldError[] = [];
  const lost = (before.tolerations ?? []).filter(
    (toleration) =>
      !now.tolerations?.some((other) =>
        deepEqual({ ...other, tolerationSeconds: 0 }, { ...toleration, tolerationSeconds: 0 }),
      ),
  );
  if (lost.length > 0)
    errors.push(
      forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
    );
  const gates = (now.schedulingGates ?? []).filter(
    ({ name }) => !before.schedulingGates?.some((gate) => gate.name === name),
  );
  if (gates.length > 0)
    errors.push(forbiddenField('spec.schedulingGates', 'only deletion is allowed, but found new scheduling gate'));
  const gated = (before.schedulingGates?.length ?? 0) > 0;
  const placement =
    !gated && (!deepEqual(now.nodeSelector, before.nodeSelector) || !deepEqual(now.affinity, before.affinity));
  if (placement || !deepEqual(restored, before)) {
    errors.push(
      forbiddenField(
        'spec',
        'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      ),
    );
  }
  return errors;
}

/** The named fields as `from` has them; a field that it lacks is left out of `over` too. */
function pick(from: PodSpec, fields: readonly (keyof PodSpec)[], over: PodSpec): Partial<PodSpec> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) if (from[field] !== undefined || over[field] !== undefined) picked[field] = from[field];
  return picked as Partial<PodSpec>;
}

/** What must hold of a pod's spec, in a pod or in a template. */
export function podSpecErrors(spec: PodSpec, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.containers || spec.containers.length === 0) errors.push(requiredField(`${path}.containers`));
  if (!['Always', 'OnFailure', 'Never'].includes(spec.restartPolicy ?? ''))
    errors.push(notSupportedField(`${path}.restartPolicy`, spec.restartPolicy ?? '', ['Always', 'OnFailure', 'Never']));
  const volumes = new Set<string>();
  for (const [index, { name }] of (spec.volumes ?? []).entries()) {
    for (const message of dns1123LabelErrors(name))
      errors.push(invalidField(`${path}.volumes[${index}].name`, name, message));
    if (volumes.has(name)) errors.push(duplicateField(`${path}.volumes[${index}].name`, name));
    volumes.add(name);
  }
  const names = new Set<string>();
  const each = (containers: readonly Container[] | undefined, field: string) => {
    for (const [index, container] of (containers ?? []).entries())
      errors.push(...containerErrors(container, `${path}.${field}[${index}]`, names, volumes));
  };
  each(spec.containers, 'containers');
  each(spec.initContainers, 'initContainers');
  if (spec.terminationGracePeriodSeconds !== undefined && spec.terminationGracePeriodSeconds < 0)
    errors.push(
      invalidField(
        `${path}.terminationGracePeriodSeconds`,
        spec.terminationGracePeriodSeconds,
        'must be greater than or equal to 0',
      ),
    );
  if (spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds < 1)
    errors.push(
      invalidField(
        `${path}.activeDeadlineSeconds`,
        spec.activeDeadlineSeconds,
        'must be between 1 and 2147483647, inclusive',
      ),
    );
  return errors;
}

export function containerErrors(
  container: Container,
  path: string,
  names: Set<string>,
  volumes: ReadonlySet<string>,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { name, image, ports = [], env = [], volumeMounts = [], resources } = container;
  if (!name) errors.push(requiredField(`${path}.name`));
  else {
    for (const message of dns1123LabelErrors(name)) errors.push(invalidField(`${path}.name`, name, message));
    if (names.has(name)) errors.push(duplicateField(`${path}.name`, name));
    names.add(name);
  }
  if (!image) errors.push(requiredField(`${path}.image`));
  else if (image !== image.trim())
    errors.push(invalidField(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  if (!['Always', 'Never', 'IfNotPresent'].includes(container.imagePullPolicy ?? ''))
    errors.push(
      notSupportedField(`${path}.imagePullPolicy`, container.imagePullPolicy ?? '', [
        'Always',
        'IfNotPresent',
        'Never',
      ]),
    );
  const portNames = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}.ports[${index}]`;
    if (port.name) {
      for (const message of portNameErrors(port.name)) errors.push(invalidField(`${at}.name`, port.name, message));
      if (portNames.has(port.name)) errors.push(duplicateField(`${at}.name`, port.name));
      portNames.add(port.name);
    }
    if (!port.containerPort) errors.push(requiredField(`${at}.containerPort`));
    else
      for (const message of portNumberErrors(port.containerPort))
        errors.push(invalidField(`${at}.containerPort`, port.containerPort, message));
    if (port.protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(port.protocol))
      errors.push(notSupportedField(`${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']));
  }
  for (const [index, variable] of env.entries()) {
    const at = `${path}.env[${index}]`;
    for (const message of variable.name ? envVarNameErrors(variable.name) : [])
      errors.push(invalidField(`${at}.name`, variable.name, message));
    if (!variable.name) errors.push(requiredField(`${at}.name`));
    if (variable.value && variable.valueFrom !== undefined)
      errors.push(invalidField(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    const key = variable.valueFrom?.configMapKeyRef?.key ?? variable.valueFrom?.secretKeyRef?.key;
    if (key !== undefined)
      for (const message of configMapKeyErrors(key)) errors.push(invalidField(`${at}.valueFrom.key`, key, message));
  }
  const mountPaths = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    if (!mount.name) errors.push(requiredField(`${at}.name`));
    else if (!volumes.has(mount.name)) errors.push(notFoundField(`${at}.name`, mount.name));
    if (!mount.mountPath) errors.push(requiredField(`${at}.mountPath`));
    else if (mountPaths.has(mount.mountPath))
      errors.push(invalidField(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    mountPaths.add(mount.mountPath);
  }
  for (const [resource, request] of Object.entries(resources?.requests ?? {})) {
    const limit = resources?.limits?.[resource];
    if (limit !== undefined && parseQuantity(request).nano > parseQuantity(limit).nano)
      errors.push(
        invalidField(
          `${path}.resources.requests`,
          request,
          `must be less than or equal to ${resource} limit of ${limit}`,
        ),
      );
  }
  errors.push(...probeErrors(container, path));
  return errors;
}

function probeErrors(container: Container, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[field];
    if (probe === undefined) continue;
    const handlers = [probe.exec, probe.httpGet, probe.tcpSocket, probe.grpc].filter(
      (handler) => handler !== undefined,
    ).length;
    if (handlers === 0) errors.push(requiredField(`${path}.${field}`, 'must specify a handler type'));
    if (handlers > 1) errors.push(forbiddenField(`${path}.${field}`, 'may not specify more than 1 handler type'));
    for (const key of [
      'initialDelaySeconds',
      'timeoutSeconds',
      'periodSeconds',
      'successThreshold',
      'failureThreshold',
    ] as const) {
      const value = probe[key];
      if (value !== undefined && value < 0)
        errors.push(invalidField(`${path}.${field}.${key}`, value, 'must be greater than or equal to 0'));
    }
    if (field !== 'readinessProbe' && probe.successThreshold !== undefined && probe.successThreshold !== 1)
      errors.push(invalidField(`${path}.${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}
