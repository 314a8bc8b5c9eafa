/** What may change of pods and of their status (cases of upstream's `TestValidatePodUpdate` and of status updates). */
import { describe, expect, it } from '@jest/globals';
import { statusFaults, updateFaults } from '../served.fixture.js';

const main = { name: 'main', image: 'i:1' };
const podOf = (spec: object, more: object = {}) =>
  ({ apiVersion: 'v1', kind: 'Pod', spec: { containers: [main], ...spec }, ...more }) as never;
const only =
  'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';
const gated = (more: object) => ({ schedulingGates: [{ name: 'a' }], ...more });
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const nodes = (...terms: readonly object[]) => ({
  affinity: { nodeAffinity: { [required]: { nodeSelectorTerms: terms } } },
});
const termsAt = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
const is = (key: string) => ({ key, operator: 'Exists' });

describe('of a pod may change', () => {
  it.each<readonly [string, object, object]>([
    ['an image', {}, { containers: [{ ...main, image: 'i:2' }] }],
    ['a deadline that comes', {}, { activeDeadlineSeconds: 10 }],
    ['a deadline that comes nearer', { activeDeadlineSeconds: 10 }, { activeDeadlineSeconds: 5 }],
    [
      'tolerations, by more and by their time',
      { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 }] },
      {
        tolerations: [
          { key: 'b', operator: 'Exists' },
          { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 2 },
        ],
      },
    ],
    ['a negative grace', { terminationGracePeriodSeconds: -1 }, { terminationGracePeriodSeconds: 1 }],
    ['gates, by less', gated({}), { schedulingGates: [] }],
    ['where a gated pod may go', gated({ nodeSelector: { a: 'b' } }), gated({ nodeSelector: { a: 'b', c: 'd' } })],
    [
      'which nodes a gated pod wants',
      gated(nodes({ matchExpressions: [is('a')] })),
      gated(nodes({ matchExpressions: [is('a'), is('b')] })),
    ],
    ['a wish for nodes that was not there', gated({}), gated(nodes({ matchExpressions: [is('a')] }))],
  ])('%s', (_what, before, after) => expect(updateFaults(podOf(after), podOf(before))).toEqual([]));
});

describe('of a pod may not change', () => {
  it.each<readonly [object, object, readonly string[]]>([
    [{}, { containers: [{ ...main, command: ['x'] }] }, [only]],
    [{}, { nodeSelector: { a: 'b' } }, [only]],
    [{ terminationGracePeriodSeconds: 5 }, { terminationGracePeriodSeconds: 1 }, [only]],
    [
      {},
      { containers: [main, { name: 'b', image: 'i' }] },
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      {},
      { initContainers: [{ name: 'b', image: 'i' }] },
      ['spec.initContainers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: 6 },
      ['spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
    ],
    [
      { activeDeadlineSeconds: 5 },
      {},
      ['spec.activeDeadlineSeconds: Invalid value: "null": must not update from a positive integer to nil value'],
    ],
    [
      { tolerations: [{ key: 'a', operator: 'Exists' }] },
      { tolerations: [] },
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    [
      gated({}),
      { schedulingGates: [{ name: 'a' }, { name: 'b' }] },
      ["spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'"],
    ],
    [
      gated({}),
      { schedulingGates: [{ name: 'b' }, { name: 'b' }] },
      [
        'spec.schedulingGates[1]: Duplicate value: "b"',
        "spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'b'",
      ],
    ],
    [
      gated({ nodeSelector: { a: 'b' } }),
      gated({ nodeSelector: { a: 'c' } }),
      [
        'spec.nodeSelector: Invalid value: map[string]string{"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)',
      ],
    ],
    [
      gated(nodes({ matchExpressions: [is('a')] })),
      gated(nodes({ matchExpressions: [is('b')] })),
      [
        `${termsAt}[0]: Invalid value: core.NodeSelectorTerm{MatchExpressions:[]core.NodeSelectorRequirement{core.NodeSelectorRequirement{Key:"b", Operator:"Exists", Values:[]string(nil)}}, MatchFields:[]core.NodeSelectorRequirement(nil)}: only additions are allowed (no mutations or deletions)`,
      ],
    ],
    [
      gated(nodes({ matchExpressions: [is('a')] })),
      gated(nodes({ matchExpressions: [is('a')] }, { matchExpressions: [is('b')] })),
      [expect.stringContaining('no additions/deletions to non-empty NodeSelectorTerms list are allowed') as never],
    ],
    [gated({}), gated({ affinity: { podAffinity: {} } }), [only]],
  ])('%j to %j', (before, after, faults) => expect(updateFaults(podOf(after), podOf(before))).toEqual(faults));

  it('what annotations say of its origin and confinement', () => {
    const of = (annotations: object) => podOf({ nodeName: 'n' }, { metadata: { annotations } });
    const mirror = 'kubernetes.io/config.mirror';
    const armor = 'container.apparmor.security.beta.kubernetes.io/main';
    expect(updateFaults(of({ [mirror]: 'x', [armor]: 'unconfined' }), of({ a: 'b' }))).toEqual([
      `metadata.annotations[${mirror}]: Forbidden: may not add mirror pod annotation`,
      `metadata.annotations[${armor}]: Forbidden: may not add AppArmor annotations`,
    ]);
    expect(updateFaults(of({}), of({ [mirror]: 'x' }))).toEqual([
      `metadata.annotations[${mirror}]: Forbidden: may not remove or update mirror pod annotation`,
    ]);
  });
});

describe('a status is refused', () => {
  const state = (terminated?: number) => ({
    containerStatuses: [
      {
        name: 'main',
        image: 'i',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: terminated === undefined ? { running: {} } : { terminated: { exitCode: terminated } },
      },
    ],
  });
  const restarted = 'status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state';
  it.each<readonly [object, object, object, readonly string[]]>([
    [{ restartPolicy: 'Never' }, state(0), state(), [restarted]],
    [{ restartPolicy: 'OnFailure' }, state(0), state(), [restarted]],
    [{ restartPolicy: 'OnFailure' }, state(1), state(), []],
    [{}, state(0), state(), []],
    [
      {},
      { qosClass: 'Burstable' },
      { qosClass: 'BestEffort' },
      ['status.qosClass: Invalid value: "BestEffort": field is immutable'],
    ],
    [
      {},
      {},
      { nominatedNodeName: 'A' },
      [expect.stringContaining('status.nominatedNodeName: Invalid value: "A"') as never],
    ],
    [
      {},
      {},
      { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], hostIP: '10.1.0.1', hostIPs: [{ ip: '10.1.0.1' }] },
      [],
    ],
    [
      {},
      {},
      { podIPs: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }] },
      [
        'status.podIPs: Invalid value: []core.PodIP{core.PodIP{IP:"10.0.0.1"}, core.PodIP{IP:"10.0.0.2"}}: may specify no more than one IP for each IP family',
      ],
    ],
    [{}, {}, { hostIPs: [{ ip: '' }] }, [expect.stringContaining('must be a valid IP address') as never]],
    [
      {},
      {},
      { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.2' }] },
      ['status.hostIPs[0].ip: Invalid value: "10.0.0.2": must be equal to `hostIP`'],
    ],
    [
      {},
      {},
      {
        conditions: [
          { type: 'Ready', status: 'True' },
          { type: 'a b', status: 'True' },
        ],
      },
      [expect.stringContaining('status.conditions[1].Type: Invalid value: "a b"') as never],
    ],
    [
      {},
      {},
      { resourceClaimStatuses: [{ name: 'gpu' }] },
      [
        'status.resourceClaimStatuses[0].name: Invalid value: "gpu": must match the name of an entry in `spec.resourceClaims`',
      ],
    ],
  ])('%#', (spec, before, after, faults) => {
    expect(statusFaults(podOf(spec, { status: after }), podOf(spec, { status: before }))).toEqual(faults);
  });
});
