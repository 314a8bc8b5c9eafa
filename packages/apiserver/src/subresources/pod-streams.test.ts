/** The streams of pods without a socket: who may, which container, and what comes out, on virtual time. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '@pintle/api/core/v1';
import type { Role, RoleBinding } from '@pintle/api/rbac/v1';
import type { HttpRequest, HttpResponse } from '@pintle/apiserver';
import type { KubernetesObject, Status } from '@pintle/machinery';
import { pod, type TestCluster, testCluster } from '@pintle/testing';
import { type RemoteCommandSession, runRemoteCommand } from '../streams/stream-session.js';

const container = (name: string, image: string) => ({ name, image }) as Container;

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await testCluster({
    authorizer: 'rbac',
    authenticators: [
      async (request) => ({ name: request.header('x-user') ?? 'none', groups: ['system:authenticated'] }),
    ],
    images: {
      app: {
        exec: {
          hello: { stdout: 'hello\n', stderr: 'careful\n' },
          fail: { exitCode: 5 },
        },
        log: [{ text: 'working', afterMs: 60_000 }],
      },
      short: { runMs: 120_000, log: [{ text: 'almost', afterMs: 110_000 }] },
      missing: { pullError: 'no such image' },
    },
    firstObjects: [
      role('streamer', ['pods/exec', 'pods/attach', 'pods/portforward'], ['get', 'create']),
      role('getter', ['pods/exec'], ['get']),
      role('creator', ['pods/exec'], ['create']),
    ].flat(),
  });
  for (const made of [
    pod('one', { image: 'app' }),
    pod('two', {
      containers: [container('web', 'app'), container('side', 'app')],
      initContainers: [container('prepare', 'short')],
    }),
    pod('short', { image: 'short', restartPolicy: 'Never' }),
    pod('pending', { image: 'missing' }),
    pod('nowhere', { nodeSelector: { no: 'such' } }),
  ])
    await cluster.client.create<Pod>(made);
  await cluster.advance({ seconds: 5 });
});

afterAll(() => cluster.stop());

/** A role of everything named in `default`, and the user of the same name bound to it. */
function role(name: string, resources: readonly string[], verbs: readonly string[]): KubernetesObject[] {
  const metadata = { name, namespace: 'default' };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion, kind: 'Role', metadata, rules: [{ apiGroups: [''], resources, verbs }] } as Role,
    {
      apiVersion,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    } as RoleBinding,
  ];
}

interface Asked {
  readonly method?: string;
  readonly user?: string;
  readonly upgrade?: boolean;
}

async function ask(path: string, { method = 'GET', user = 'streamer', upgrade = true }: Asked = {}) {
  const url = new URL(`http://x/api/v1/namespaces/default/pods/${path}`);
  const request: HttpRequest = {
    method,
    path: url.pathname,
    query: url.searchParams,
    header: (name) => (name === 'x-user' ? user : undefined),
    headersLike: () => [],
    body: async () => new Uint8Array(),
    signal: new AbortController().signal,
    peer: {},
    upgrade,
  };
  return cluster.apiServer.handle(request);
}

const statusOf = ({ body }: HttpResponse) => JSON.parse(String(body)) as Status;

/** Runs a command with everything at hand, and tells what came out. */
async function run(path: string) {
  const { session } = await ask(path);
  const output = { stdout: '', stderr: '' };
  const gone = new AbortController();
  const write = (name: 'stdout' | 'stderr') => async (chunk: Uint8Array) => {
    output[name] += new TextDecoder().decode(chunk);
  };
  const done = runRemoteCommand(session as RemoteCommandSession, {
    stdout: write('stdout'),
    stderr: write('stderr'),
    signal: gone.signal,
  });
  return { output, done, gone };
}

describe('what is refused, before anything is opened', () => {
  const cases: [path: string, asked: Asked, code: number, message: string][] = [
    ['one/exec?command=hello&stdout=1', { upgrade: false }, 400, 'Upgrade request required'],
    ['one/exec?command=hello', {}, 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ['one/exec?command=hello&stdout=false&tty=true', {}, 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ['one/exec?command=hello&stdout=False&tty=True', {}, 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ['one/exec?stdout=1', {}, 400, 'you must specify at least one command for the container'],
    ['none/exec?command=hello&stdout=1', {}, 404, 'pods "none" not found'],
    [
      'two/exec?command=hello&stdout=1',
      {},
      400,
      'a container name must be specified for pod two, choose one of: [prepare web side]',
    ],
    ['two/attach?container=other&stdout=1', {}, 400, 'container other is not valid for pod two'],
    ['nowhere/exec?command=hello&stdout=1', {}, 400, 'pod nowhere does not have a host assigned'],
    ['nowhere/portforward', {}, 400, 'pod nowhere does not have a host assigned'],
    ['one/portforward?ports=http', {}, 400, 'unable to parse "http" as a port: it must be a number from 1 to 65535'],
    [
      'one/exec?command=hello&stdout=1',
      { user: 'creator' },
      403,
      'pods "one" is forbidden: User "creator" cannot get resource "pods/exec" in API group "" in the namespace "default"',
    ],
    [
      'one/exec?command=hello&stdout=1',
      { user: 'getter', method: 'POST' },
      403,
      'pods "one" is forbidden: User "getter" cannot create resource "pods/exec" in API group "" in the namespace "default"',
    ],
    [
      'one/portforward',
      { user: 'getter' },
      403,
      'pods "one" is forbidden: User "getter" cannot get resource "pods/portforward" in API group "" in the namespace "default"',
    ],
    ['one/exec?command=hello&stdout=1', { method: 'DELETE', user: 'streamer' }, 403, 'cannot delete resource'],
  ];
  it.each(cases)('%s %j: %i', async (path, asked, code, message) => {
    const response = await ask(path, asked);
    expect({ code: response.status, message: statusOf(response).message }).toEqual({
      code,
      message: expect.stringContaining(message),
    });
    expect(response.session).toBeUndefined();
  });

  it('a method that connects nothing', async () => {
    const response = await ask('one/exec?command=hello&stdout=1', { method: 'GET', user: 'getter' });
    expect(response.status).toBe(101);
    expect(response.session).toMatchObject({ kind: 'remoteCommand', action: 'exec' });
  });

  it('what a policy of CONNECT forbids', async () => {
    const api = 'admissionregistration.k8s.io/v1';
    const name = 'no-shells';
    const policy = {
      apiVersion: api,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] }],
        },
        validations: [{ expression: "object.command[0] != 'sh'", message: 'no shells here' }],
      },
    };
    const binding = {
      apiVersion: api,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    };
    await cluster.client.create(policy as KubernetesObject);
    await cluster.client.create(binding as KubernetesObject);
    await cluster.settle();
    const refused = await ask('one/exec?command=sh&stdout=1');
    expect(statusOf(refused).message).toContain('no shells here');
    expect((await ask('one/exec?command=hello&stdout=1')).status).toBe(101);
  });
});

describe('a remote command', () => {
  it('hands on both outputs, then tells of success', async () => {
    const { output, done } = await run('one/exec?command=hello&stdout=1&stderr=1');
    expect(await done).toMatchObject({ status: 'Success' });
    expect(output).toEqual({ stdout: 'hello\n', stderr: 'careful\n' });
  });

  it('tells the exit code as a cause', async () => {
    const { done } = await run('one/exec?command=fail&stdout=1');
    expect(await done).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with non-zero exit code: exit status 5',
      details: { causes: [{ reason: 'ExitCode', message: '5' }] },
    });
  });

  it('says where no such container runs', async () => {
    const { done } = await run('pending/exec?command=hello&stdout=1');
    expect(await done).toMatchObject({
      reason: 'InternalError',
      message: 'Internal error occurred: unable to upgrade connection: container not found ("main")',
    });
  });

  it('is the container itself with attach, and ends with it', async () => {
    const { output, done } = await run('short/attach?stdout=1');
    await cluster.advance({ minutes: 3 });
    expect(await done).toMatchObject({ status: 'Success' });
    expect(output.stdout).toBe('almost\n');
  });

  it('ends with its client', async () => {
    const { done, gone } = await run('one/attach?stdout=1');
    gone.abort();
    await cluster.settle();
    expect(await done).toMatchObject({ status: 'Success' });
  });
});
