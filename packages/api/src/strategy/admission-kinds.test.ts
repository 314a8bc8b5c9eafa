/** What is refused of the kinds of admission and of the kinds that put requests in order. */
import { describe, expect, it } from '@jest/globals';
import { createFaults, decoded, updateFaults, type Written } from './served.fixture.js';

const rule = { operations: ['CREATE'], apiGroups: ['a'], apiVersions: ['a'], resources: ['a'] };
const hook = {
  name: 'webhook.k8s.io',
  clientConfig: { url: 'https://example.com/hook' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const hooks = (...webhooks: readonly object[]): Written => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  webhooks,
});
const mutating = (fields: object): Written => ({
  ...hooks({ ...hook, ...fields }),
  kind: 'MutatingWebhookConfiguration',
});
const one = (fields: object) => hooks({ ...hook, ...fields });
const ruled = (fields: object) => one({ rules: [{ ...rule, ...fields }] });
const service = (fields: object) => one({ clientConfig: { service: { namespace: 'ns', name: 'n', ...fields } } });

const policy = (spec: object): Written => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'true' }], ...spec },
});
const binding = (spec: object): Written => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
});

const subject = { kind: 'User', user: { name: 'u' } };
const resourceRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] };
const flow = (spec: object): Written => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  spec: { priorityLevelConfiguration: { name: 'l' }, matchingPrecedence: 50, ...spec },
});
const flowRule = (fields: object) =>
  flow({ rules: [{ subjects: [subject], resourceRules: [resourceRule], ...fields }] });
const level = (spec: object, name = 'x'): Written => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'PriorityLevelConfiguration',
  metadata: { name },
  spec: { type: 'Limited', ...spec },
});
const limited = (fields: object) => level({ limited: { limitResponse: { type: 'Reject' }, ...fields } });
const queues = (queuing: object) => limited({ limitResponse: { type: 'Queue', queuing } });

const spec = 'spec.';
const first = 'webhooks[0].';
const firstRule = `${first}rules[0].`;
const form = '; desired format: https://host[/path]';

describe('a new object', () => {
  it.each<readonly [Written, readonly string[]]>([
    // Webhooks.
    [one({ rules: [rule], namespaceSelector: { matchLabels: { a: 'b' } }, timeoutSeconds: 30 }), []],
    [one({ name: '' }), [`${first}name: Required value`]],
    [
      one({ name: 'k8s.io' }),
      [`${first}name: Invalid value: "k8s.io": should be a domain with at least three segments separated by dots`],
    ],
    [hooks(hook, hook), ['webhooks[1].name: Duplicate value: "webhook.k8s.io"']],
    [
      one({ admissionReviewVersions: [] }),
      [`${first}admissionReviewVersions: Required value: must specify one of v1, v1beta1`],
    ],
    [
      one({ admissionReviewVersions: ['v1', 'v1'] }),
      [`${first}admissionReviewVersions[1]: Invalid value: "v1": duplicate version`],
    ],
    [
      one({ admissionReviewVersions: ['v2'] }),
      [`${first}admissionReviewVersions: Invalid value: []string{"v2"}: must include at least one of v1, v1beta1`],
    ],
    [
      one({ failurePolicy: 'other' }),
      [`${first}failurePolicy: Unsupported value: "other": supported values: "Fail", "Ignore"`],
    ],
    [
      one({ matchPolicy: 'other' }),
      [`${first}matchPolicy: Unsupported value: "other": supported values: "Equivalent", "Exact"`],
    ],
    [one({ sideEffects: undefined }), [`${first}sideEffects: Required value: must specify one of None, NoneOnDryRun`]],
    [
      one({ sideEffects: 'Some' }),
      [`${first}sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"`],
    ],
    [
      one({ timeoutSeconds: 31 }),
      [`${first}timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds`],
    ],
    [
      mutating({ reinvocationPolicy: 'other' }),
      [`${first}reinvocationPolicy: Unsupported value: "other": supported values: "IfNeeded", "Never"`],
    ],
    [one({ clientConfig: {} }), [`${first}clientConfig: Required value: exactly one of url or service is required`]],
    [
      one({ clientConfig: { url: 'http://u:p@example.com/x?q=1#f' } }),
      [
        `${first}clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme${form}`,
        `${first}clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL`,
        `${first}clientConfig.url: Invalid value: "f": fragments are not permitted in the URL`,
        `${first}clientConfig.url: Invalid value: "q=1": query parameters are not permitted in the URL`,
      ],
    ],
    [
      one({ clientConfig: { url: 'https:///fancy' } }),
      [`${first}clientConfig.url: Invalid value: "": host must be specified${form}`],
    ],
    [service({ path: '/a/b/' }), []],
    [service({ path: 'foo/' }), [`${first}clientConfig.service.path: Invalid value: "foo/": must start with a '/'`]],
    [service({ path: '//' }), [`${first}clientConfig.service.path: Invalid value: "//": segment[0] may not be empty`]],
    [
      service({ path: '/foo//bar' }),
      [`${first}clientConfig.service.path: Invalid value: "/foo//bar": segment[1] may not be empty`],
    ],
    [
      service({ name: '', port: 65536 }),
      [
        `${first}clientConfig.service.namespace: Required value: service namespace is required`,
        `${first}clientConfig.service.port: Invalid value: 65536: port is not valid: must be between 1 and 65535, inclusive`,
      ],
    ],
    [
      one({
        matchConditions: [{ name: 'a', expression: '' }, { name: 'a', expression: 'true' }, { expression: 'true' }],
      }),
      [
        `${first}matchConditions[0].expression: Required value`,
        `${first}matchConditions[1].name: Duplicate value: "a"`,
        `${first}matchConditions[2].name: Required value`,
      ],
    ],
    // Their rules.
    [ruled({ operations: [] }), [`${firstRule}operations: Required value`]],
    [
      ruled({ operations: ['*', 'CREATE'] }),
      [
        `${firstRule}operations: Invalid value: []admissionregistration.OperationType{"*", "CREATE"}: if '*' is present, must not specify other operations`,
      ],
    ],
    [
      ruled({ operations: ['PATCH'] }),
      [
        `${firstRule}operations[0]: Unsupported value: "PATCH": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"`,
      ],
    ],
    [
      ruled({ apiGroups: ['a', '*'] }),
      [
        `${firstRule}apiGroups: Invalid value: []string{"a", "*"}: if '*' is present, must not specify other API groups`,
      ],
    ],
    [ruled({ apiVersions: ['a', ''] }), [`${firstRule}apiVersions[1]: Required value`]],
    [ruled({ resources: ['a', ''] }), [`${firstRule}resources[1]: Required value`]],
    [
      ruled({ resources: ['*/*', 'a'] }),
      [
        `${firstRule}resources: Invalid value: []string{"*/*", "a"}: if '*/*' is present, must not specify other resources`,
      ],
    ],
    [
      ruled({ resources: ['*', 'a'] }),
      [
        `${firstRule}resources: Invalid value: []string{"*", "a"}: if '*' is present, must not specify other resources without subresources`,
      ],
    ],
    [
      ruled({ resources: ['a/*', 'a/x'] }),
      [`${firstRule}resources[1]: Invalid value: "a/x": if 'a/*' is present, must not specify a/x`],
    ],
    [
      ruled({ resources: ['*/a', 'x/a'] }),
      [`${firstRule}resources[1]: Invalid value: "x/a": if '*/a' is present, must not specify x/a`],
    ],
    [ruled({ resources: ['*', 'a/x', '*/y'] }), []],
    [
      ruled({ scope: 'other' }),
      [`${firstRule}scope: Unsupported value: "other": supported values: "*", "Cluster", "Namespaced"`],
    ],
    // Policies.
    [policy({}), []],
    [
      policy({ failurePolicy: 'other' }),
      [`${spec}failurePolicy: Unsupported value: "other": supported values: "Fail", "Ignore"`],
    ],
    [policy({ matchConstraints: {} }), [`${spec}matchConstraints.resourceRules: Required value`]],
    [
      policy({ validations: [] }),
      ['validations', 'auditAnnotations'].map(
        (field) => `${spec}${field}: Required value: validations or auditAnnotations must contain at least one item`,
      ),
    ],
    [
      policy({ validations: [{ expression: ' ', message: ' ', messageExpression: ' ', reason: 'other' }] }),
      [
        `${spec}validations[0].expression: Required value: expression is not specified`,
        `${spec}validations[0].messageExpression: Invalid value: " ": must be non-empty if specified`,
        `${spec}validations[0].message: Invalid value: " ": message must be non-empty if specified`,
        `${spec}validations[0].reason: Unsupported value: "other": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"`,
      ],
    ],
    [
      policy({ validations: [{ expression: 'true', message: 'two\nlines' }] }),
      [`${spec}validations[0].message: Invalid value: "two\\nlines": message must not contain line breaks`],
    ],
    [
      policy({ paramKind: { apiVersion: 'a/b/c', kind: '' } }),
      [
        `${spec}paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c`,
        `${spec}paramKind.kind: Required value`,
      ],
    ],
    [
      policy({ paramKind: { apiVersion: 'a/', kind: 'K' } }),
      [`${spec}paramKind.apiVersion: Invalid value: "a/": version must be specified`],
    ],
    [
      policy({
        variables: [
          { name: 'not ok', expression: 'true' },
          { name: 'for', expression: '' },
        ],
      }),
      [
        `${spec}variables[0].name: Invalid value: "not ok": name is not a valid CEL identifier`,
        `${spec}variables[1].name: Invalid value: "for": name is not a valid CEL identifier`,
        `${spec}variables[1].expression: Required value: expression is not specified`,
      ],
    ],
    [
      policy({
        auditAnnotations: [
          { key: 'k', valueExpression: '"v"' },
          { key: 'k', valueExpression: '' },
        ],
      }),
      [
        `${spec}auditAnnotations[1].valueExpression: Required value: valueExpression is not specified`,
        `${spec}auditAnnotations[1].key: Duplicate value: "k"`,
      ],
    ],
    [binding({ paramRef: { name: 'p', parameterNotFoundAction: 'Deny' } }), []],
    [binding({ policyName: '' }), [`${spec}policyName: Required value`]],
    [
      binding({ validationActions: [] }),
      [`${spec}validationActions: Required value: at least one validation action is required`],
    ],
    [
      binding({ validationActions: ['Deny', 'Warn'] }),
      [
        `${spec}validationActions: Invalid value: []admissionregistration.ValidationAction{"Deny", "Warn"}: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)`,
      ],
    ],
    [
      binding({ validationActions: ['Audit', 'Audit', 'other'] }),
      [
        `${spec}validationActions[1]: Duplicate value: "Audit"`,
        `${spec}validationActions[2]: Unsupported value: "other": supported values: "Audit", "Deny", "Warn"`,
      ],
    ],
    [
      binding({ paramRef: { name: 'p', selector: {} } }),
      [
        `${spec}paramRef.name: Forbidden: name and selector are mutually exclusive`,
        `${spec}paramRef.selector: Forbidden: name and selector are mutually exclusive`,
        `${spec}paramRef.parameterNotFoundAction: Required value`,
      ],
    ],
    [
      binding({ paramRef: { parameterNotFoundAction: 'other' } }),
      [
        `${spec}paramRef: Required value: one of name or selector must be specified`,
        `${spec}paramRef.parameterNotFoundAction: Unsupported value: "other": supported values: "Deny", "Allow"`,
      ],
    ],
    // Flows.
    [flowRule({}), []],
    [flow({ matchingPrecedence: 0 }), []],
    [flow({ matchingPrecedence: -1 }), [`${spec}matchingPrecedence: Invalid value: -1: must be a positive value`]],
    [
      flow({ matchingPrecedence: 10001 }),
      [`${spec}matchingPrecedence: Invalid value: 10001: must not be greater than 10000`],
    ],
    [
      flow({ matchingPrecedence: 1 }),
      [`${spec}matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1`],
    ],
    [
      flow({ priorityLevelConfiguration: {} }),
      [`${spec}priorityLevelConfiguration.name: Required value: must reference a priority level`],
    ],
    [
      flow({ rules: [{ subjects: [] }] }),
      [
        `${spec}rules[0].subjects: Required value: subjects must contain at least one value`,
        `${spec}rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty`,
      ],
    ],
    [
      flowRule({ subjects: [{ kind: 'User', group: { name: 'g' } }, { kind: 'other' }] }),
      [
        `${spec}rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'`,
        `${spec}rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`,
        `${spec}rules[0].subjects[1].kind: Unsupported value: "other": supported values: "Group", "ServiceAccount", "User"`,
      ],
    ],
    [
      flowRule({ subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: '' } }] }),
      [
        `${spec}rules[0].subjects[0].serviceAccount.namespace: Required value: must specify namespace for service account`,
      ],
    ],
    [
      flowRule({ resourceRules: [{ verbs: ['*', 'get'], apiGroups: [], resources: ['*', 'a'], namespaces: [] }] }),
      [
        `${spec}rules[0].resourceRules[0].verbs: Invalid value: []string{"*", "get"}: if '*' is present, must not specify other verbs`,
        `${spec}rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group`,
        `${spec}rules[0].resourceRules[0].resources: Invalid value: []string{"*", "a"}: if '*' is present, must not specify other resources`,
        `${spec}rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
      ],
    ],
    [
      flowRule({ resourceRules: [], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/', '/a b', '/a*'] }] }),
      [
        `${spec}rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space`,
        `${spec}rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a*": wildcard can only do suffix matching`,
      ],
    ],
    // Levels.
    [limited({}), []],
    [level({ type: 'Exempt' }, 'exempt'), []],
    [level({ type: 'Exempt', exempt: { nominalConcurrencyShares: 7 } }, 'exempt'), []],
    [
      level({ type: 'Exempt' }),
      [`${spec}type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`],
    ],
    [level({}), [`${spec}limited: Required value: must not be empty when type is Limited`]],
    [
      limited({ nominalConcurrencyShares: -1, lendablePercent: 101 }),
      [
        `${spec}limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer`,
        `${spec}limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive`,
      ],
    ],
    [
      limited({ limitResponse: { type: 'Queue' } }),
      [
        `${spec}limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited`,
      ],
    ],
    [
      limited({ limitResponse: { type: 'other' } }),
      [`${spec}limited.limitResponse.type: Unsupported value: "other": supported values: "Queue", "Reject"`],
    ],
    [
      queues({ queues: 5, handSize: 8 }),
      [`${spec}limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (5)`],
    ],
    [
      queues({ queues: 512, handSize: 8 }),
      [
        `${spec}limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60`,
      ],
    ],
  ])('%j', (object, faults) => {
    expect(createFaults(object)).toEqual(faults);
  });
});

describe('a webhook that was there before a rule', () => {
  it('may go on without it', () => {
    expect(updateFaults(one({ sideEffects: 'Some' }), one({ sideEffects: 'Some', timeoutSeconds: 5 }))).toEqual([]);
    expect(updateFaults(one({ sideEffects: 'Some' }), one({}))).toEqual([
      `${first}sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"`,
    ]);
  });
});

describe('what is not said', () => {
  it('is filled in', () => {
    expect(decoded(one({ rules: [rule] }))).toMatchObject({
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          timeoutSeconds: 10,
          namespaceSelector: {},
          objectSelector: {},
          rules: [{ scope: '*' }],
        },
      ],
    });
    expect(decoded(policy({}))).toMatchObject({
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          resourceRules: [{ scope: '*' }],
        },
      },
    });
    expect(decoded(queues({}))).toMatchObject({
      spec: {
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    });
  });
});

it.each([
  [level({ limited: { nominalConcurrencyShares: 6, limitResponse: { type: 'Reject' } } }, 'catch-all'), 'catch-all'],
  [{ ...flowRule({}), metadata: { name: 'exempt' } }, 'exempt'],
])('what no cluster is without is what it is: %#', (object, name) =>
  expect(createFaults(object)).toEqual([
    expect.stringMatching(new RegExp(`^spec: Invalid value: .*: spec of '${name}' must equal the fixed value$`)),
  ]),
);
