/** `pods/exec`, `pods/attach`, `pods/portforward`: sessions with the pod's node. */
import type { Pod } from '@pintle/api/core/v1';
import type { PodContainerRef } from '@pintle/contracts';
import { badRequest, type KubernetesObject, saysYes } from '@pintle/machinery';
import { type WantedStreams, wordsOf } from '../streams/stream-session.js';
import { storedObjectOf } from '../verbs/api-core.js';
import { requireEntry } from '../verbs/read.js';
import { admitted } from './admitted.js';
import { agentOf, containerOf, type NodeConnector } from './pod-log.js';
import type { SubresourceHandler, SubresourceRequest } from './subresource.js';

export function podExecSubresource(connect: NodeConnector): SubresourceHandler {
  return {
    async connect(request, query) {
      const command = query.getAll('command');
      const wants = wantedStreams(query);
      await admit(request, 'exec', { kind: 'PodExecOptions', ...toldOf(wants), ...containerIn(query), command });
      const { agent, target } = await containerTarget(connect, request, query);
      requireSome(wants);
      if (command.length === 0 || command[0] === '')
        throw badRequest('you must specify at least one command for the container');
      return {
        kind: 'remoteCommand',
        action: 'exec',
        wants,
        check: () => agent.requireRunning(target),
        start: (streams) => agent.exec(target, { ...streams, command, tty: wants.tty }),
      };
    },
  };
}

export function podAttachSubresource(connect: NodeConnector): SubresourceHandler {
  return {
    async connect(request, query) {
      const wants = wantedStreams(query);
      await admit(request, 'attach', { kind: 'PodAttachOptions', ...toldOf(wants), ...containerIn(query) });
      const { agent, target } = await containerTarget(connect, request, query);
      requireSome(wants);
      return {
        kind: 'remoteCommand',
        action: 'attach',
        wants,
        check: () => agent.requireRunning(target),
        start: (streams) => agent.attach(target, { ...streams, tty: wants.tty }),
      };
    },
  };
}

export function podPortForwardSubresource(connect: NodeConnector): SubresourceHandler {
  return {
    async connect(request, query) {
      const ports = portsIn(query);
      await admit(request, 'portforward', { kind: 'PodPortForwardOptions', ...(ports.length === 0 ? {} : { ports }) });
      const pod = await podOf(request);
      const agent = await agentOf(request.core, connect, pod);
      const { name, namespace = '', uid } = pod.metadata;
      return {
        kind: 'portForward',
        ports,
        async open(port) {
          try {
            return await agent.portForward({ namespace, pod: name! }, port);
          } catch (error) {
            throw new PortForwardError(`error forwarding port ${port} to pod ${name}, uid ${uid}: ${wordsOf(error)}`, {
              cause: error,
            });
          }
        },
      };
    },
  };
}

/** Nothing answers at a port of a pod; the message is the kubelet's for its clients. */
export class PortForwardError extends Error {
  readonly code = 'PINTLE_PORT_FORWARD';
}

const podOf = async ({ core, resource, key }: SubresourceRequest): Promise<Pod> =>
  storedObjectOf(resource, await requireEntry(core, resource, key)) as Pod;

async function containerTarget(connect: NodeConnector, request: SubresourceRequest, query: URLSearchParams) {
  const pod = await podOf(request);
  const container = containerOf(pod, query.get('container'));
  const target: PodContainerRef = { namespace: request.key.namespace ?? '', pod: request.key.name, container };
  return { agent: await agentOf(request.core, connect, pod), target };
}

/** Connecting passes admission as writing does: webhooks and policies may refuse it. */
const admit = (
  request: SubresourceRequest,
  subresource: string,
  options: { readonly kind: string; readonly [field: string]: unknown },
) => admitted(request, 'CONNECT', subresource, { apiVersion: 'v1', ...options } as unknown as KubernetesObject);

function wantedStreams(query: URLSearchParams): WantedStreams {
  const tty = saysYes(query.get('tty'));
  return {
    stdin: saysYes(query.get('stdin')),
    stdout: saysYes(query.get('stdout')),
    // A terminal has one output.
    stderr: saysYes(query.get('stderr')) && !tty,
    tty,
  };
}

/** Only what is wanted. */
const toldOf = (wants: WantedStreams): Partial<WantedStreams> =>
  Object.fromEntries(Object.entries(wants).filter(([, isWanted]) => isWanted));

function requireSome({ stdin, stdout, stderr }: WantedStreams): void {
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
}

function containerIn(query: URLSearchParams): { readonly container?: string } {
  const container = query.get('container');
  return container ? { container } : {};
}

const portsMax = 64;

/** Errors: `StatusError` BadRequest. */
function portsIn(query: URLSearchParams): readonly number[] {
  const texts = query.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length > portsMax) throw badRequest(`at most ${portsMax} ports can be forwarded at once`);
  return texts.map((text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw badRequest(`unable to parse ${JSON.stringify(text)} as a port: it must be a number from 1 to 65535`);
    return port;
  });
}
