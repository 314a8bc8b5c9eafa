/** What is refused of containers, in which words (cases of upstream's `TestValidateContainers` and its parts). */
import { describe, expect, it } from '@jest/globals';
import { createFaults } from '../served.fixture.js';

const podOf = (spec: object) => ({ apiVersion: 'v1', kind: 'Pod', spec }) as never;
const faultsOf = (container: object, spec: object = {}) =>
  createFaults(
    podOf({
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'disk', persistentVolumeClaim: { claimName: 'c' } },
        { name: 'bits', image: { reference: 'r:1' } },
      ],
      ...spec,
      containers: [{ name: 'main', image: 'i', ...container }],
    }),
  );
const at = 'spec.containers[0]';
const notHandled = 'Required value: must specify a handler type';
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const env = (valueFrom: object, more: object = {}) => ({ env: [{ name: 'E', valueFrom, ...more }] });
const limits = (requests: object, atMost?: object) => ({
  resources: { requests, ...(atMost === undefined ? {} : { limits: atMost }) },
});
const mount = (more: object) => ({ volumeMounts: [{ name: 'data', mountPath: '/data', ...more }] });

describe('a container is taken', () => {
  it.each<readonly object[]>([
    [
      {
        ports: [
          { containerPort: 80, hostPort: 80, name: 'http' },
          { containerPort: 80, hostPort: 80, protocol: 'UDP' },
        ],
      },
    ],
    [env({ fieldRef: { fieldPath: "metadata.annotations['Example.com/Key']" } })],
    [env({ fieldRef: { fieldPath: 'status.podIPs' } })],
    [env({ resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } })],
    [{ envFrom: [{ prefix: 'a.b', configMapRef: { name: 'c' } }, { secretRef: { name: 's' } }] }],
    [mount({ subPath: 'a/b', readOnly: true, recursiveReadOnly: 'Enabled', mountPropagation: 'None' })],
    [{ ...mount({ mountPropagation: 'Bidirectional' }), securityContext: { privileged: true } }],
    [{ volumeDevices: [{ name: 'disk', devicePath: '/dev/x' }] }],
    [limits({ cpu: '1', 'example.com/gpu': '2' }, { 'example.com/gpu': '2' })],
    [limits({ 'hugepages-2Mi': '4Mi', memory: '1Gi' }, { 'hugepages-2Mi': '4Mi' })],
    [{ livenessProbe: { httpGet: { port: 'http', httpHeaders: [{ name: 'X-A', value: 'v' }] } } }],
    [{ readinessProbe: { grpc: { port: 1 }, successThreshold: 3 }, startupProbe: { tcpSocket: { port: 80 } } }],
    [{ lifecycle: { preStop: { sleep: { seconds: 5 } }, postStart: { exec: { command: ['x'] } } } }],
    [{ resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] }],
    [
      {
        securityContext: { runAsUser: 0, runAsGroup: 1, seccompProfile: { type: 'Localhost', localhostProfile: 'a' } },
      },
    ],
  ])('%j', (container) => expect(faultsOf(container)).toEqual([]));
});

describe('a container is refused', () => {
  it.each<readonly [object, readonly string[]]>([
    [{ name: '' }, [`${at}.name: Required value`]],
    [{ name: 'Up' }, [`${at}.name: Invalid value: "Up": ${label}`]],
    [{ image: '' }, [`${at}.image: Required value`]],
    [{ image: ' i' }, [`${at}.image: Invalid value: " i": must not have leading or trailing whitespace`]],
    [
      { imagePullPolicy: 'Often', terminationMessagePolicy: 'Log' },
      [
        `${at}.terminationMessagePolicy: Unsupported value: "Log": supported values: "File", "FallbackToLogsOnError"`,
        `${at}.imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"`,
      ],
    ],
    [{ restartPolicy: 'Always' }, [`${at}.restartPolicy: Forbidden: may not be set for non-init containers`]],
    [
      {
        ports: [
          { name: 'a-very-long-name', containerPort: 65536 },
          { containerPort: 0, protocol: 'ICMP' },
        ],
      },
      [
        `${at}.ports[0].name: Invalid value: "a-very-long-name": must be no more than 15 characters`,
        `${at}.ports[0].containerPort: Invalid value: 65536: must be between 1 and 65535, inclusive`,
        `${at}.ports[1].containerPort: Required value`,
        `${at}.ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
      ],
    ],
    [
      {
        ports: [
          { name: 'p', containerPort: 1, hostPort: 80 },
          { name: 'p', containerPort: 2, hostPort: 80 },
        ],
      },
      [`${at}.ports[1].name: Duplicate value: "p"`, `${at}.ports[1].hostPort: Duplicate value: "TCP//80"`],
    ],
    [{ env: [{ name: '' }] }, [`${at}.env[0].name: Required value`]],
    [
      { env: [{ name: 'a=b' }] },
      [
        `${at}.env[0].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than '='`,
      ],
    ],
    [
      env({}),
      [
        `${at}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\``,
      ],
    ],
    [
      env({ fieldRef: { fieldPath: 'metadata.name' } }, { value: 'v' }),
      [`${at}.env[0].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`],
    ],
    [
      env({ fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 's', key: 'k' } }),
      [`${at}.env[0].valueFrom: Invalid value: "": may not have more than one field specified at a time`],
    ],
    [env({ fieldRef: { fieldPath: '' } }), [`${at}.env[0].valueFrom.fieldRef.fieldPath: Required value`]],
    [
      env({ fieldRef: { fieldPath: 'metadata.whoops' } }),
      [
        `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.whoops": error converting fieldPath: field label not supported: metadata.whoops`,
      ],
    ],
    [
      env({ fieldRef: { fieldPath: "metadata.name['key']" } }),
      [
        `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.name['key']": error converting fieldPath: field label does not support subscript: metadata.name['key']`,
      ],
    ],
    [
      env({ fieldRef: { fieldPath: "metadata.labels['!']" } }),
      [`${at}.env[0].valueFrom.fieldRef: Invalid value: "!": ${qualified}`],
    ],
    [
      env({ fieldRef: { fieldPath: 'status.phase' } }),
      [
        `${at}.env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "status.phase": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
      ],
    ],
    [
      env({ fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } }),
      [
        `${at}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "metadata.name": error converting fieldPath: unsupported pod version: v2`,
      ],
    ],
    [
      env({ resourceFieldRef: { resource: 'limits.pods' } }),
      [
        `${at}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.pods": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"`,
      ],
    ],
    [
      env({ resourceFieldRef: { resource: 'cpu', divisor: '2' } }),
      [expect.stringContaining(`${at}.env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "cpu"`) as never],
    ],
    [
      env({ resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } }),
      [
        `${at}.env[0].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
      ],
    ],
    [env({ configMapKeyRef: { name: 'c', key: '' } }), [`${at}.env[0].valueFrom.configMapKeyRef.key: Required value`]],
    [
      env({ secretKeyRef: { name: 's', key: 'a b' } }),
      [
        `${at}.env[0].valueFrom.secretKeyRef.key: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
      ],
    ],
    [
      {
        envFrom: [
          { prefix: 'p' },
          { configMapRef: { name: '' } },
          { configMapRef: { name: 'c' }, secretRef: { name: 's' } },
        ],
      },
      [
        `${at}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
        `${at}.envFrom[1].configMapRef.name: Required value`,
        `${at}.envFrom: Invalid value: "": may not have more than one field specified at a time`,
      ],
    ],
    [
      {
        volumeMounts: [
          { name: 'none', mountPath: '' },
          { name: '', mountPath: '/a' },
        ],
      },
      [
        `${at}.volumeMounts[0].name: Not found: "none"`,
        `${at}.volumeMounts[0].mountPath: Required value`,
        `${at}.volumeMounts[1].name: Required value`,
        `${at}.volumeMounts[1].name: Not found: ""`,
      ],
    ],
    [
      {
        volumeMounts: [
          { name: 'data', mountPath: '/a' },
          { name: 'data', mountPath: '/a' },
        ],
      },
      [`${at}.volumeMounts[1].mountPath: Invalid value: "/a": must be unique`],
    ],
    [
      mount({ subPath: '/a', subPathExpr: '../b' }),
      [
        `${at}.volumeMounts.subPath: Invalid value: "/a": must be a relative path`,
        `${at}.volumeMounts[0].subPathExpr: Invalid value: "../b": subPathExpr and subPath are mutually exclusive`,
        `${at}.volumeMounts.subPathExpr: Invalid value: "../b": must not contain '..'`,
      ],
    ],
    [
      mount({ name: 'bits', subPath: 'a' }),
      [`${at}.volumeMounts[0].subPath: Invalid value: "a": not allowed in image volume sources`],
    ],
    [
      mount({ mountPropagation: 'Bidirectional' }),
      [
        `${at}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
      ],
    ],
    [
      mount({ mountPropagation: 'Up' }),
      [
        `${at}.volumeMounts.mountPropagation: Unsupported value: "Up": supported values: "Bidirectional", "HostToContainer", "None"`,
      ],
    ],
    [
      mount({ mountPropagation: '' }),
      [
        `${at}.volumeMounts.mountPropagation: Unsupported value: "": supported values: "Bidirectional", "HostToContainer", "None"`,
      ],
    ],
    [
      mount({ recursiveReadOnly: 'Enabled', mountPropagation: 'HostToContainer' }),
      [
        `${at}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
        `${at}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
      ],
    ],
    [
      {
        ...mount({ mountPath: '/dev/x' }),
        volumeDevices: [
          { name: 'data', devicePath: '/dev/x' },
          { name: 'disk', devicePath: '/a/../b' },
        ],
      },
      [
        `${at}.volumeMounts[0].name: Invalid value: "data": must not already exist in volumeDevices`,
        `${at}.volumeMounts[0].mountPath: Invalid value: "/dev/x": must not already exist as a path in volumeDevices`,
        `${at}.volumeDevices[0].name: Invalid value: "data": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
        `${at}.volumeDevices[0].name: Invalid value: "data": must not already exist in volumeMounts`,
        `${at}.volumeDevices[0].devicePath: Invalid value: "/dev/x": must not already exist as a path in volumeMounts`,
        `${at}.volumeDevices[1].devicePath: Invalid value: "/a/../b": can not contain backsteps ('..')`,
      ],
    ],
    [
      limits({ cpu: '2', memory: '-1' }, { cpu: '1' }),
      [
        `${at}.resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
        `${at}.resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0`,
      ],
    ],
    [
      limits({ 'example.com/gpu': '1500m', disk: '1' }),
      [
        `${at}.resources.requests[example.com/gpu]: Invalid value: "1500m": must be an integer`,
        `${at}.resources.limits: Required value: Limit must be set for non overcommitable resources`,
        `${at}.resources.requests[disk]: Invalid value: "disk": must be a standard resource type or fully qualified`,
        `${at}.resources.requests[disk]: Invalid value: "disk": must be a standard resource for containers`,
      ],
    ],
    [
      limits({ 'example.com/gpu': '1' }, { 'example.com/gpu': '2' }),
      [`${at}.resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2`],
    ],
    [
      { resources: { limits: { 'hugepages-2Mi': '3Mi' } } },
      [
        `${at}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
        `${at}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
        `${at}.resources: Forbidden: HugePages require cpu or memory`,
      ],
    ],
    [
      { resources: { claims: [{ name: 'gpu' }] } },
      [
        `${at}.resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty`,
      ],
    ],
    [{ livenessProbe: {} }, [`${at}.livenessProbe: ${notHandled}`]],
    [
      { livenessProbe: { exec: { command: [] }, httpGet: { port: 1 }, successThreshold: 2, periodSeconds: -1 } },
      [
        `${at}.livenessProbe.exec.command: Required value`,
        `${at}.livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type`,
        `${at}.livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`,
        `${at}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
      ],
    ],
    [
      { readinessProbe: { tcpSocket: { port: 'A_B' }, terminationGracePeriodSeconds: 1 } },
      [
        `${at}.readinessProbe.tcpSocket.port: Invalid value: "A_B": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
        `${at}.readinessProbe.tcpSocket.port: Invalid value: "A_B": must contain at least one letter (a-z)`,
        `${at}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes`,
      ],
    ],
    [
      { startupProbe: { grpc: { port: 0 }, terminationGracePeriodSeconds: 0 } },
      [
        `${at}.startupProbe.grpc.port: Invalid value: 0: must be between 1 and 65535, inclusive`,
        `${at}.startupProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0`,
      ],
    ],
    [
      { livenessProbe: { httpGet: { path: '', port: 1, scheme: 'FTP', httpHeaders: [{ name: 'X@', value: '' }] } } },
      [
        `${at}.livenessProbe.httpGet.scheme: Unsupported value: "FTP": supported values: "HTTP", "HTTPS"`,
        `${at}.livenessProbe.httpGet.httpHeaders: Invalid value: "X@": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
      ],
    ],
    [
      { lifecycle: { postStart: {}, preStop: { sleep: { seconds: 31 } } } },
      [
        `${at}.lifecycle.postStart: ${notHandled}`,
        `${at}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
      ],
    ],
    [
      {
        resizePolicy: [
          { resourceName: 'cpu', restartPolicy: 'Never' },
          { resourceName: 'cpu', restartPolicy: 'NotRequired' },
          { resourceName: 'disk', restartPolicy: '' },
        ],
      },
      [
        `${at}.resizePolicy: Unsupported value: "Never": supported values: "NotRequired", "RestartContainer"`,
        `${at}.resizePolicy[1]: Duplicate value: "cpu"`,
        `${at}.resizePolicy: Unsupported value: "disk": supported values: "cpu", "memory"`,
        `${at}.resizePolicy: Required value`,
      ],
    ],
    [
      {
        securityContext: {
          runAsUser: -1,
          procMount: 'Unmasked',
          seccompProfile: { type: 'Localhost' },
          appArmorProfile: { type: 'RuntimeDefault', localhostProfile: 'p' },
        },
      },
      [
        `${at}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive`,
        `${at}.securityContext.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``,
        `${at}.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`,
        `${at}.securityContext.appArmorProfile.localhostProfile: Invalid value: "p": can only be set when AppArmor type is Localhost`,
      ],
    ],
    [
      { securityContext: { allowPrivilegeEscalation: false, privileged: true } },
      [
        `${at}.securityContext: Invalid value: {"allowPrivilegeEscalation":false,"privileged":true}: cannot set \`allowPrivilegeEscalation\` to false and \`privileged\` to true`,
      ],
    ],
    [
      { securityContext: { windowsOptions: { runAsUserName: 'a\\b\\c', gmsaCredentialSpec: '' } } },
      [
        `${at}.securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string`,
        `${at}.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash`,
      ],
    ],
  ])('%j', (container, faults) => expect(faultsOf(container)).toEqual(faults));
});

describe('containers together', () => {
  const main = { name: 'main', image: 'i' };
  const nameless = { image: 'i' };
  const sidecars = 'may not be set for init containers without restartPolicy=Always';
  it.each<readonly [object, readonly string[]]>([
    [{ containers: [] }, ['spec.containers: Required value']],
    [{ containers: [main, main] }, ['spec.containers[1].name: Duplicate value: "main"']],
    [
      { containers: [nameless, nameless], initContainers: [nameless] },
      [
        'spec.containers[0].name: Required value',
        'spec.containers[1].name: Required value',
        'spec.containers[1].name: Duplicate value: ""',
        'spec.initContainers[0].name: Required value',
        'spec.initContainers[0].name: Duplicate value: ""',
      ],
    ],
    [
      { containers: [main], initContainers: [nameless, nameless], ephemeralContainers: [nameless] },
      [
        'spec.initContainers[0].name: Required value',
        'spec.initContainers[1].name: Required value',
        'spec.ephemeralContainers[0].name: Required value',
        'spec.ephemeralContainers[0].name: Duplicate value: ""',
        'spec.ephemeralContainers: Forbidden: cannot be set on create',
      ],
    ],
    [{ containers: [main], initContainers: [main] }, ['spec.initContainers[0].name: Duplicate value: "main"']],
    [
      {
        containers: [
          { ...main, ports: [{ containerPort: 1, hostPort: 80 }] },
          { name: 'b', image: 'i', ports: [{ containerPort: 2, hostPort: 80, hostIP: '' }] },
        ],
      },
      ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
    ],
    [
      {
        containers: [main],
        initContainers: [{ name: 'a', image: 'i', restartPolicy: 'Always', lifecycle: { preStop: {} } }],
      },
      [`spec.initContainers[0].lifecycle.preStop: ${notHandled}`],
    ],
    [
      { containers: [main], initContainers: [{ name: 'a', image: 'i', lifecycle: {}, readinessProbe: {} }] },
      [
        `spec.initContainers[0].lifecycle: Forbidden: ${sidecars}`,
        `spec.initContainers[0].readinessProbe: Forbidden: ${sidecars}`,
      ],
    ],
    [
      { containers: [main], initContainers: [{ name: 'a', image: 'i', restartPolicy: 'Never' }] },
      ['spec.initContainers[0].restartPolicy: Unsupported value: "Never": supported values: "Always"'],
    ],
    [
      { hostNetwork: true, containers: [{ ...main, ports: [{ containerPort: 80, hostPort: 81 }] }] },
      [
        'spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
      ],
    ],
    [{ hostNetwork: true, containers: [{ ...main, ports: [{ containerPort: 80 }] }] }, []],
    [
      {
        containers: [{ ...main, resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }],
        restartPolicy: 'Never',
      },
      [
        "spec.containers[0].resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'",
      ],
    ],
  ])('%j', (spec, faults) => expect(createFaults(podOf(spec))).toEqual(faults));
});
