import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { virtualWorld } from '@pintle/machinery';
import { staticTokens } from '../access/authenticators.js';
import { ask, begin } from '../http/asking.fixture.js';
import { auditLog, parseAuditPolicy } from '../nodejs/audit-log.js';
import { listen } from '../nodejs/listen.js';
import { type RequestLine, requestInfo } from '../requests/request-info.js';
import { createApiServer } from '../server.js';
import type { AuditEvent } from './audit.js';
import { type AuditRule, auditDecision } from './audit-policy.js';

const user = { name: 'ann', groups: ['cooks', 'system:authenticated'] };
const infoOf = (line: string) => {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  return requestInfo({ method, path, query: new URLSearchParams(query) } satisfies RequestLine);
};

describe('the level of a request', () => {
  const secrets = { resources: [{ group: '', resources: ['secrets'] }] };
  const cases: readonly (readonly [string, Omit<AuditRule, 'level'>, string, boolean])[] = [
    ['everything', {}, 'GET /version', true],
    ['a user', { users: ['ann'] }, 'GET /version', true],
    ['another user', { users: ['bob'] }, 'GET /version', false],
    ['a group', { userGroups: ['cooks'] }, 'GET /version', true],
    ['another group', { userGroups: ['staff'] }, 'GET /version', false],
    ['a verb', { verbs: ['list'] }, 'GET /api/v1/pods', true],
    ['another verb', { verbs: ['get'] }, 'GET /api/v1/pods', false],
    ['a resource', secrets, 'GET /api/v1/secrets', true],
    ['another resource', secrets, 'GET /api/v1/pods', false],
    ['a resource of another group', secrets, 'GET /apis/apps/v1/secrets', false],
    ['no path', secrets, 'GET /version', false],
    ['a subresource', { resources: [{ resources: ['pods/log'] }] }, 'GET /api/v1/namespaces/a/pods/b/log', true],
    ['not its resource', { resources: [{ resources: ['pods/log'] }] }, 'GET /api/v1/namespaces/a/pods/b', false],
    ['not the subresource', { resources: [{ resources: ['pods'] }] }, 'GET /api/v1/namespaces/a/pods/b/log', false],
    ['all subresources', { resources: [{ resources: ['pods/*'] }] }, 'GET /api/v1/namespaces/a/pods/b/log', true],
    [
      'one subresource of all',
      { resources: [{ resources: ['*/scale'] }] },
      'GET /api/v1/namespaces/a/replicationcontrollers/b/scale',
      true,
    ],
    ['a name', { resources: [{ resources: ['pods'], resourceNames: ['b'] }] }, 'GET /api/v1/namespaces/a/pods/b', true],
    [
      'another name',
      { resources: [{ resources: ['pods'], resourceNames: ['c'] }] },
      'GET /api/v1/namespaces/a/pods/b',
      false,
    ],
    ['a namespace', { namespaces: ['a'] }, 'GET /api/v1/namespaces/a/pods', true],
    ['what is in none', { namespaces: [''] }, 'GET /api/v1/nodes', true],
    ['a path', { nonResourceURLs: ['/healthz*'] }, 'GET /healthz/ping', true],
    ['no resource', { nonResourceURLs: ['*'] }, 'GET /api/v1/pods', false],
  ];
  it.each(cases)('by a rule for %s', (_what, rule, line, fits) => {
    const { level } = auditDecision({ rules: [{ level: 'Request', ...rule }] }, user, infoOf(line));
    expect(level).toBe(fits ? 'Request' : 'None');
  });
  it('is that of the first rule that fits', () => {
    const policy = { rules: [{ level: 'None', verbs: ['get'] }, { level: 'Metadata' }] as const };
    expect(auditDecision(policy, user, infoOf('GET /version')).level).toBe('None');
    expect(auditDecision(policy, user, infoOf('POST /version')).level).toBe('Metadata');
  });
});

async function audited(rules: readonly AuditRule[]) {
  const events: AuditEvent[] = [];
  const world = virtualWorld();
  const api = await createApiServer({
    world,
    authorizer: 'rbac',
    tokenAuthenticators: [
      staticTokens([
        { token: 't', user: { name: 'admin', groups: ['system:masters'] } },
        { token: 'weak', user: { name: 'weak', groups: [] } },
      ]),
    ],
    audit: { policy: { rules, omitStages: ['RequestReceived'] }, sink: (event) => events.push(event) },
  });
  return { api, events, world };
}
const headers = { authorization: 'Bearer t', 'user-agent': 'kubectl/1.33' };
const configMaps = '/api/v1/namespaces/default/configmaps';

describe('an audit', () => {
  it('tells who did what to what, and what came of it', async () => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    const answer = await ask(api.handle, `POST ${configMaps}?fieldManager=me`, {
      headers: { ...headers, 'audit-id': 'mine-1', 'impersonate-user': 'bob', 'impersonate-group': ['system:masters'] },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      peer: { remoteAddress: '10.0.0.7' },
    });
    expect(answer.headers['audit-id']).toBe('mine-1');
    expect(events).toEqual([
      {
        kind: 'Event',
        apiVersion: 'audit.k8s.io/v1',
        level: 'Metadata',
        auditID: 'mine-1',
        stage: 'ResponseComplete',
        requestURI: `${configMaps}?fieldManager=me`,
        verb: 'create',
        user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
        impersonatedUser: { username: 'bob', groups: ['system:masters', 'system:authenticated'] },
        sourceIPs: ['10.0.0.7'],
        userAgent: 'kubectl/1.33',
        objectRef: { resource: 'configmaps', namespace: 'default', name: 'a', apiVersion: 'v1' },
        responseStatus: { metadata: {}, code: 201 },
        requestReceivedTimestamp: '2025-01-01T00:00:00.000000Z',
        stageTimestamp: '2025-01-01T00:00:00.000000Z',
        annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
      },
    ]);
  });

  it('tells of refusals, with their reason', async () => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    await ask(api.handle, `GET ${configMaps}/a`, { headers: { authorization: 'Bearer weak' } });
    expect(events).toMatchObject([
      {
        responseStatus: { code: 403, status: 'Failure', reason: 'Forbidden' },
        annotations: { 'authorization.k8s.io/decision': 'forbid' },
      },
    ]);
  });

  it('tells of who was not let in, once and without a user', async () => {
    const { api, events } = await audited([{ level: 'None', users: ['admin'] }, { level: 'Metadata' }]);
    await ask(api.handle, `GET ${configMaps}`, { headers: { authorization: 'Bearer nonsense' } });
    expect(events).toMatchObject([
      {
        stage: 'ResponseStarted',
        user: {},
        responseStatus: { status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 },
      },
    ]);
    expect(events[0]).not.toHaveProperty('annotations');
  });

  it('tells of who may not act for another, and of nobody else', async () => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    const asked = { authorization: 'Bearer weak', 'impersonate-user': 'eve' };
    await ask(api.handle, `GET ${configMaps}`, { headers: asked });
    expect(events).toMatchObject([
      { user: { username: 'weak' }, responseStatus: { code: 403, details: { name: 'eve', kind: 'users' } } },
    ]);
    expect(events[0]).not.toHaveProperty('impersonatedUser');
  });

  it('tells why something was allowed, of paths as well', async () => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    const reasonOf = async (line: string, token: string) => {
      await ask(api.handle, line, { headers: { authorization: `Bearer ${token}` } });
      const { annotations = {} } = events.at(-1)!;
      return [annotations['authorization.k8s.io/decision'], annotations['authorization.k8s.io/reason']];
    };
    expect(await reasonOf('GET /version', 'weak')).toEqual(['allow', expect.stringMatching(/^RBAC: allowed by /)]);
    expect(await reasonOf('GET /metrics', 'weak')).toEqual(['forbid', '']);
    expect(await reasonOf('GET /nowhere', 't')).toEqual(['allow', '']);
    expect(await reasonOf('GET /readyz', 'weak')).toEqual(['allow', '']);
  });

  it.each([
    ['one', { 'x-forwarded-for': '1.2.3.4' }, ['1.2.3.4', '10.0.0.7']],
    ['several, and what is none', { 'x-forwarded-for': '1.2.3.4, x, ::1' }, ['1.2.3.4', '::1', '10.0.0.7']],
    ['the first', { 'x-real-ip': '9.9.9.9' }, ['9.9.9.9', '10.0.0.7']],
    ['the same twice', { 'x-forwarded-for': '9.9.9.9', 'x-real-ip': '9.9.9.9' }, ['9.9.9.9', '10.0.0.7']],
    ['who has sent it', { 'x-forwarded-for': '1.2.3.4,10.0.0.7' }, ['1.2.3.4', '10.0.0.7']],
  ])('tells of whom it has come by: %s', async (_what, by, addresses) => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    const asked = { ...headers, ...by, 'user-agent': 'x'.repeat(1_025) };
    await ask(api.handle, `GET ${configMaps}`, { headers: asked, peer: { remoteAddress: '10.0.0.7' } });
    expect(events[0]?.sourceIPs).toEqual(addresses);
    expect(events[0]?.userAgent).toBe(`${'x'.repeat(1_024)}...TRUNCATED`);
  });

  it('holds an object as it was read, options as such, and nothing that could not be read', async () => {
    const { api, events } = await audited([{ level: 'Request' }]);
    const pods = '/api/v1/namespaces/default/pods';
    const body = {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, unknown: 1 },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    };
    await ask(api.handle, `POST ${pods}?dryRun=All`, { headers, body });
    await ask(api.handle, `POST ${pods}`, { headers, body: { ...body, kind: 'Node' } });
    await ask(api.handle, `DELETE ${pods}/p`, { headers, body: { gracePeriodSeconds: 0 } });
    expect(events[0]).toMatchObject({
      objectRef: { name: 'p' },
      requestObject: { spec: { restartPolicy: 'Always' } },
      annotations: { 'pod-security.kubernetes.io/enforce-policy': 'privileged:latest' },
    });
    expect(events[0]?.requestObject).not.toHaveProperty('unknown');
    expect(events[1]).not.toHaveProperty('requestObject');
    expect(events[2]?.requestObject).toEqual({
      ...{ kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/__internal' },
      gracePeriodSeconds: 0,
    });
  });

  it('tells of what is deprecated', async () => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    await ask(api.handle, 'GET /api/v1/namespaces/default/endpoints', { headers });
    expect(events[0]?.annotations).toMatchObject({ 'k8s.io/deprecated': 'true' });
    expect((await ask(api.handle, 'GET /metrics', { headers })).text).toContain('apiserver_audit_event_total 1');
  });

  it('holds bodies as far as the level goes', async () => {
    const { api, events } = await audited([
      { level: 'Request', verbs: ['create'] },
      { level: 'RequestResponse', verbs: ['get'], omitManagedFields: true },
    ]);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } };
    await ask(api.handle, `POST ${configMaps}`, { headers, body });
    await ask(api.handle, `GET ${configMaps}/a`, { headers });
    expect(events[0]).toMatchObject({ requestObject: body });
    expect(events[0]).not.toHaveProperty('responseObject');
    expect(events[1]).toMatchObject({ responseObject: { data: { x: '1' } } });
    expect(JSON.stringify(events[1])).not.toContain('managedFields');
  });

  it('never holds a secret', async () => {
    const { api, events } = await audited([{ level: 'RequestResponse' }]);
    const secrets = '/api/v1/namespaces/default/secrets';
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { key: 'aGlkZGVu' },
      stringData: { other: 'sesame' },
    };
    await ask(api.handle, `POST ${secrets}`, { headers, body: secret });
    await ask(api.handle, `GET ${secrets}`, { headers });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: 'sesame' } };
    await ask(api.handle, 'POST /apis/authentication.k8s.io/v1/tokenreviews', { headers, body: review });
    const text = JSON.stringify(events);
    expect(events).toHaveLength(3);
    expect(text).not.toMatch(/aGlkZGVu|sesame|c2VzYW1l|Bearer/);
    expect(text).toContain('(hidden)');
  });

  it('holds what comes over a socket', async () => {
    const { api, events } = await audited([{ level: 'Request' }]);
    const listening = await listen(api.handle);
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    await fetch(`http://127.0.0.1:${listening.port}${configMaps}?fieldManager=me`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await listening.close({ drainMs: 0 });
    expect(events).toMatchObject([
      {
        requestURI: `${configMaps}?fieldManager=me`,
        requestObject: body,
        sourceIPs: ['127.0.0.1'],
        responseStatus: { code: 201 },
      },
    ]);
  });

  it('of a watch that is refused has two stages, too', async () => {
    const { api, events } = await audited([{ level: 'Metadata' }]);
    await ask(api.handle, `GET ${configMaps}?watch=true&resourceVersion=x`, { headers });
    expect(events.map(({ stage, responseStatus }) => `${stage} ${responseStatus?.status}`)).toEqual([
      ...['ResponseStarted Failure', 'ResponseComplete Failure'],
    ]);
  });

  it('of a watch has two stages', async () => {
    const { api, events, world } = await audited([{ level: 'Metadata' }]);
    const gone = new AbortController();
    await begin(api.handle, `GET ${configMaps}?watch=true`, { headers, signal: gone.signal });
    await world.settle();
    expect(events.map(({ stage }) => stage)).toEqual(['ResponseStarted']);
    gone.abort();
    expect(events.map(({ stage, responseStatus }) => `${stage} ${responseStatus?.code}`)).toEqual([
      'ResponseStarted 200',
      'ResponseComplete 200',
    ]);
  });

  it('goes to a file, a line each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pintle-audit-'));
    const log = auditLog(join(folder, 'audit.log'), (error) => {
      throw error;
    });
    log.sink({ kind: 'Event', verb: 'get' } as AuditEvent);
    log.sink({ kind: 'Event', verb: 'list' } as AuditEvent);
    await log.close();
    const lines = (await readFile(join(folder, 'audit.log'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as AuditEvent).verb)).toEqual(['get', 'list']);
    await rm(folder, { recursive: true });
  });

  it('follows a policy in YAML, and none that is not one', () => {
    const text = 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n';
    expect(parseAuditPolicy(text).rules).toEqual([{ level: 'Metadata' }]);
    expect(() => parseAuditPolicy('kind: Policy\nrules:\n- level: All\n')).toThrow('rules[0].level');
    expect(() => parseAuditPolicy('kind: ConfigMap')).toThrow('kind Policy');
  });
});
