import { describe, expect, it } from '@jest/globals';
import type { Namespace, Pod } from '@pintle/api/core/v1';
import { virtualWorld } from '@pintle/machinery';
import { createApiServer } from '../../server.js';
import { podSecurityConfiguration } from './configuration.js';

const configuration = (more: object = {}) => ({
  apiVersion: 'pod-security.admission.config.k8s.io/v1',
  kind: 'PodSecurityConfiguration',
  ...more,
});
const latest = Number.POSITIVE_INFINITY;

describe('a configuration', () => {
  it('that says nothing holds pods to nothing', () => {
    expect(podSecurityConfiguration(configuration())).toEqual({
      defaults: {
        enforce: { level: 'privileged', version: latest },
        audit: { level: 'privileged', version: latest },
        warn: { level: 'privileged', version: latest },
      },
      exemptions: {},
    });
  });

  it('is taken at its word: what it enforces it does not warn of', () => {
    const defaults = { enforce: 'baseline', 'enforce-version': 'v1.24', audit: 'restricted' };
    const exemptions = { usernames: ['ann'], namespaces: ['kube-system'], runtimeClasses: ['kata.x'] };
    expect(podSecurityConfiguration(configuration({ defaults, exemptions }))).toEqual({
      defaults: {
        enforce: { level: 'baseline', version: 24 },
        audit: { level: 'restricted', version: latest },
        warn: { level: 'privileged', version: latest },
      },
      exemptions,
    });
  });

  it.each<readonly [object, string]>([
    [{ ...configuration(), kind: 'Other' }, 'Kind=Other'],
    [
      configuration({ defaults: { enforce: 'strict' } }),
      'defaults.enforce: Invalid value: "strict": must be one of privileged, baseline, restricted',
    ],
    [
      configuration({ defaults: { 'warn-version': '1.2' } }),
      'defaults.warn-version: Invalid value: "1.2": must be "latest" or "v1.x"',
    ],
    [configuration({ default: {} }), 'default: Invalid value: "": unknown field'],
    [configuration({ exemptions: { namespaces: ['a', 'A'] } }), 'exemptions.namespaces[1]: Invalid value: "A"'],
    [configuration({ exemptions: { namespaces: ['a', 'a'] } }), 'exemptions.namespaces[1]: Duplicate value: "a"'],
    [configuration({ exemptions: { runtimeClasses: ['a_b'] } }), 'exemptions.runtimeClasses[0]: Invalid value: "a_b"'],
    [
      configuration({ exemptions: { usernames: [''] } }),
      'exemptions.usernames[0]: Invalid value: "": username must not be empty',
    ],
  ])('%j is refused', (given, message) => {
    expect(() => podSecurityConfiguration(given)).toThrow(message);
  });
});

describe('a server that is so configured', () => {
  const served = async () => {
    const warnings: string[] = [];
    const logger = { log: (_level: string, text: string) => void warnings.push(text), with: () => logger };
    const { defaults, exemptions } = podSecurityConfiguration(
      configuration({
        defaults: { enforce: 'baseline', 'enforce-version': 'v1.24', warn: 'restricted' },
        exemptions: { namespaces: ['free'] },
      }),
    );
    const server = await createApiServer({
      world: virtualWorld({ logger }),
      podSecurityDefaults: defaults,
      podSecurityExemptions: exemptions,
    });
    const client = server.client();
    const make = (name: string, labels: Readonly<Record<string, string>> = {}) =>
      client.create<Namespace>({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name,
          labels: Object.fromEntries(
            Object.entries(labels).map(([mode, value]) => [`pod-security.kubernetes.io/${mode}`, value]),
          ),
        },
      });
    const run = (namespace: string, hostNetwork: boolean) =>
      client.create<Pod>({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: hostNetwork ? 'host' : 'plain', namespace },
        spec: { hostNetwork, containers: [{ name: 'c', image: 'i' }] },
      });
    return { client, make, run, warnings };
  };

  it('holds pods to it where their namespace says nothing', async () => {
    const { make, run, warnings } = await served();
    await make('plain');
    await expect(run('plain', true)).rejects.toThrow('violates PodSecurity "baseline:v1.24": host namespaces');
    await run('plain', false);
    expect(warnings.join()).toContain('would violate PodSecurity "restricted:latest"');
  });

  it('lets a namespace say otherwise, word by word', async () => {
    const { make, run } = await served();
    await make('open', { enforce: 'privileged' });
    await run('open', true);
    await make('newer', { 'enforce-version': 'v1.25' });
    await expect(run('newer', true)).rejects.toThrow('violates PodSecurity "baseline:v1.25"');
  });

  it('lets exempt namespaces be, and says so to those that have labels all the same', async () => {
    const { client, make, run, warnings } = await served();
    const free = await make('free');
    expect(warnings).toEqual([]);
    await run('free', true);
    const strict = (level: string) =>
      client.update<Namespace>({
        ...free,
        metadata: {
          ...free.metadata,
          resourceVersion: undefined,
          labels: { 'pod-security.kubernetes.io/enforce': level },
        },
      } as Namespace);
    await strict('restricted');
    const text =
      'namespace "free" is exempt from Pod Security, and the policy (enforce=restricted:v1.24) will be ignored';
    expect(warnings.filter((warning) => warning.includes('exempt'))).toEqual([expect.stringContaining(text)]);
    expect(warnings.join()).not.toContain('existing pods');
  });
});
