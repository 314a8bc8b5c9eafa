/** Probes and lifecycle hooks: what a kubelet asks of a container while it runs. */
import {
  eachErrors,
  type FieldError,
  forbiddenField,
  httpHeaderNameErrors,
  invalidField,
  noErrors,
  portNameErrors,
  portNumberErrors,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
} from '@pintle/machinery';
import type { Container, HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../../core/v1/container.js';
import { nonNegativeErrors } from '../amount.js';

/** Of all kinds of handlers; probes know no `sleep`, hooks no `grpc`. */
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>;

/** `graceSeconds`: what the pod has to end. */
export function probeErrors(container: Container, path: string, graceSeconds: number | undefined) {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container;
  if (
    livenessProbe === undefined &&
    readinessProbe === undefined &&
    startupProbe === undefined &&
    lifecycle === undefined
  )
    return noErrors;
  return [
    ...lifecycleErrors(lifecycle, `${path}.lifecycle`, graceSeconds),
    ...onceErrors(livenessProbe, `${path}.livenessProbe`, graceSeconds),
    ...readinessErrors(readinessProbe, `${path}.readinessProbe`, graceSeconds),
    ...onceErrors(startupProbe, `${path}.startupProbe`, graceSeconds),
  ];
}

function lifecycleErrors(lifecycle: Lifecycle | undefined, path: string, graceSeconds: number | undefined) {
  if (lifecycle === undefined) return noErrors;
  const { postStart, preStop } = lifecycle;
  return [
    ...(postStart === undefined ? noErrors : handlerErrors(postStart, `${path}.postStart`, graceSeconds)),
    ...(preStop === undefined ? noErrors : handlerErrors(preStop, `${path}.preStop`, graceSeconds)),
  ];
}

/** One success is enough for liveness and start. */
function onceErrors(probe: Probe | undefined, path: string, graceSeconds: number | undefined) {
  if (probe === undefined) return noErrors;
  const { successThreshold = 1 } = probe;
  return [
    ...commonErrors(probe, path, graceSeconds),
    ...(successThreshold === 1 ? noErrors : [invalidField(`${path}.successThreshold`, successThreshold, 'must be 1')]),
  ];
}

function readinessErrors(probe: Probe | undefined, path: string, graceSeconds: number | undefined) {
  if (probe === undefined) return noErrors;
  const { terminationGracePeriodSeconds: seconds } = probe;
  return [
    ...commonErrors(probe, path, graceSeconds),
    ...(seconds === undefined
      ? noErrors
      : [invalidField(`${path}.terminationGracePeriodSeconds`, seconds, 'must not be set for readinessProbes')]),
  ];
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

function commonErrors(probe: Probe, path: string, graceSeconds: number | undefined): readonly FieldError[] {
  const { terminationGracePeriodSeconds: seconds } = probe;
  return [
    ...handlerErrors(probe, path, graceSeconds),
    ...counts.flatMap((count) => nonNegativeErrors(probe[count], `${path}.${count}`)),
    ...(seconds !== undefined && seconds <= 0
      ? [invalidField(`${path}.terminationGracePeriodSeconds`, seconds, 'must be greater than 0')]
      : noErrors),
  ];
}

const kinds = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;

function handlerErrors(handler: Handler, path: string, graceSeconds: number | undefined): readonly FieldError[] {
  const given = kinds.filter((kind) => handler[kind] !== undefined);
  if (given.length === 0) return [requiredField(path, 'must specify a handler type')];
  return [
    ...actionErrors(handler, given[0]!, `${path}.${given[0]}`, graceSeconds),
    ...given.slice(1).map((kind) => forbiddenField(`${path}.${kind}`, 'may not specify more than 1 handler type')),
  ];
}

function actionErrors(
  handler: Handler,
  kind: (typeof kinds)[number],
  path: string,
  graceSeconds: number | undefined,
): readonly FieldError[] {
  switch (kind) {
    case 'exec':
      return requiredErrors(handler.exec?.command, `${path}.command`);
    case 'httpGet':
      return httpErrors(handler.httpGet!, path);
    case 'tcpSocket':
      return portErrors(handler.tcpSocket?.port, `${path}.port`);
    case 'grpc':
      return portErrors(handler.grpc?.port, `${path}.port`);
    case 'sleep': {
      const { seconds } = handler.sleep!;
      return graceSeconds !== undefined && (seconds < 0 || seconds > graceSeconds)
        ? [
            invalidField(
              path,
              seconds,
              `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`,
            ),
          ]
        : noErrors;
    }
  }
}

const httpErrors = ({ path: at, port, scheme, httpHeaders }: HTTPGetAction, path: string): readonly FieldError[] => [
  ...requiredErrors(at, `${path}.path`),
  ...portErrors(port, `${path}.port`),
  ...requiredChoiceErrors(scheme, `${path}.scheme`, ['HTTP', 'HTTPS']),
  ...eachErrors(httpHeaders, path, ({ name }) =>
    httpHeaderNameErrors(name).map((message) => invalidField(`${path}.httpHeaders`, name, message)),
  ),
];

/** A port by its number or its name. */
export function portErrors(port: number | string | undefined, path: string): readonly FieldError[] {
  const messages = typeof port === 'string' ? portNameErrors(port) : portNumberErrors(port ?? 0);
  return messages.length === 0 ? noErrors : messages.map((message) => invalidField(path, port ?? 0, message));
}
