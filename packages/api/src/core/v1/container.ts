/** Part of `v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import { boolean, type Infer, int32, int64, intOrString, list, object, ref, string } from '@pintle/machinery';
import {
  ConfigMapKeySelector,
  ObjectFieldSelector,
  ResourceFieldSelector,
  ResourceRequirements,
  SecretKeySelector,
} from './reference.js';

export const AppArmorProfile = object(
  () => ({
    localhostProfile: string(2).pointer(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.AppArmorProfile',
);
export interface AppArmorProfile extends Infer<typeof AppArmorProfile> {}

export const Capabilities = object(
  () => ({
    add: list(string(), 1).atomic(),
    drop: list(string(), 2).atomic(),
  }),
  'io.k8s.api.core.v1.Capabilities',
);
export interface Capabilities extends Infer<typeof Capabilities> {}

export const ConfigMapEnvSource = object(
  () => ({
    name: string(1).inline(1),
    optional: boolean(2).pointer(),
  }),
  'io.k8s.api.core.v1.ConfigMapEnvSource',
);
export interface ConfigMapEnvSource extends Infer<typeof ConfigMapEnvSource> {}

export const EnvVarSource = object(
  () => ({
    configMapKeyRef: ref<ConfigMapKeySelector>(ConfigMapKeySelector, 3),
    fieldRef: ref<ObjectFieldSelector>(ObjectFieldSelector, 1),
    resourceFieldRef: ref<ResourceFieldSelector>(ResourceFieldSelector, 2),
    secretKeyRef: ref<SecretKeySelector>(SecretKeySelector, 4),
  }),
  'io.k8s.api.core.v1.EnvVarSource',
);
export interface EnvVarSource extends Infer<typeof EnvVarSource> {}

export const EnvVar = object(
  () => ({
    name: string(1).required(),
    value: string(2),
    valueFrom: ref<EnvVarSource>(EnvVarSource, 3),
  }),
  'io.k8s.api.core.v1.EnvVar',
);
export interface EnvVar extends Infer<typeof EnvVar> {}

export const SecretEnvSource = object(
  () => ({
    name: string(1).inline(1),
    optional: boolean(2).pointer(),
  }),
  'io.k8s.api.core.v1.SecretEnvSource',
);
export interface SecretEnvSource extends Infer<typeof SecretEnvSource> {}

export const EnvFromSource = object(
  () => ({
    configMapRef: ref<ConfigMapEnvSource>(ConfigMapEnvSource, 2),
    prefix: string(1),
    secretRef: ref<SecretEnvSource>(SecretEnvSource, 3),
  }),
  'io.k8s.api.core.v1.EnvFromSource',
);
export interface EnvFromSource extends Infer<typeof EnvFromSource> {}

export const ExecAction = object(
  () => ({
    command: list(string(), 1).atomic(),
  }),
  'io.k8s.api.core.v1.ExecAction',
);
export interface ExecAction extends Infer<typeof ExecAction> {}

export const HTTPHeader = object(
  () => ({
    name: string(1).required(),
    value: string(2).required(),
  }),
  'io.k8s.api.core.v1.HTTPHeader',
);
export interface HTTPHeader extends Infer<typeof HTTPHeader> {}

export const HTTPGetAction = object(
  () => ({
    host: string(3),
    httpHeaders: list(ref<HTTPHeader>(HTTPHeader), 5).atomic(),
    path: string(1).default('/'),
    port: intOrString(2).required(),
    scheme: string(4).enum('HTTP', 'HTTPS').default('HTTP'),
  }),
  'io.k8s.api.core.v1.HTTPGetAction',
);
export interface HTTPGetAction extends Infer<typeof HTTPGetAction> {}

export const SleepAction = object(
  () => ({
    seconds: int64(1).required(),
  }),
  'io.k8s.api.core.v1.SleepAction',
);
export interface SleepAction extends Infer<typeof SleepAction> {}

export const TCPSocketAction = object(
  () => ({
    host: string(2),
    port: intOrString(1).required(),
  }),
  'io.k8s.api.core.v1.TCPSocketAction',
);
export interface TCPSocketAction extends Infer<typeof TCPSocketAction> {}

export const LifecycleHandler = object(
  () => ({
    exec: ref<ExecAction>(ExecAction, 1),
    httpGet: ref<HTTPGetAction>(HTTPGetAction, 2),
    sleep: ref<SleepAction>(SleepAction, 4),
    tcpSocket: ref<TCPSocketAction>(TCPSocketAction, 3),
  }),
  'io.k8s.api.core.v1.LifecycleHandler',
);
export interface LifecycleHandler extends Infer<typeof LifecycleHandler> {}

export const Lifecycle = object(
  () => ({
    postStart: ref<LifecycleHandler>(LifecycleHandler, 1),
    preStop: ref<LifecycleHandler>(LifecycleHandler, 2),
    stopSignal: string(3).pointer(),
  }),
  'io.k8s.api.core.v1.Lifecycle',
);
export interface Lifecycle extends Infer<typeof Lifecycle> {}

export const GRPCAction = object(
  () => ({
    port: int32(1).required(),
    service: string(2).pointer().default(''),
  }),
  'io.k8s.api.core.v1.GRPCAction',
);
export interface GRPCAction extends Infer<typeof GRPCAction> {}

export const Probe = object(
  () => ({
    exec: ref<ExecAction>(ExecAction, 1).inline(1),
    failureThreshold: int32(6).default(3),
    grpc: ref<GRPCAction>(GRPCAction, 4).inline(1),
    httpGet: ref<HTTPGetAction>(HTTPGetAction, 2).inline(1),
    initialDelaySeconds: int32(2),
    periodSeconds: int32(4).default(10),
    successThreshold: int32(5).default(1),
    tcpSocket: ref<TCPSocketAction>(TCPSocketAction, 3).inline(1),
    terminationGracePeriodSeconds: int64(7).pointer(),
    timeoutSeconds: int32(3).default(1),
  }),
  'io.k8s.api.core.v1.Probe',
);
export interface Probe extends Infer<typeof Probe> {}

export const ContainerPort = object(
  () => ({
    containerPort: int32(3).required(),
    hostIP: string(5),
    hostPort: int32(2),
    name: string(1),
    protocol: string(4).enum('TCP', 'UDP', 'SCTP').toldDefault('TCP'),
  }),
  'io.k8s.api.core.v1.ContainerPort',
);
export interface ContainerPort extends Infer<typeof ContainerPort> {}

export const ContainerResizePolicy = object(
  () => ({
    resourceName: string(1).required(),
    restartPolicy: string(2).required(),
  }),
  'io.k8s.api.core.v1.ContainerResizePolicy',
);
export interface ContainerResizePolicy extends Infer<typeof ContainerResizePolicy> {}

export const SELinuxOptions = object(
  () => ({
    level: string(4),
    role: string(2),
    type: string(3),
    user: string(1),
  }),
  'io.k8s.api.core.v1.SELinuxOptions',
);
export interface SELinuxOptions extends Infer<typeof SELinuxOptions> {}

export const SeccompProfile = object(
  () => ({
    localhostProfile: string(2).pointer(),
    type: string(1).required(),
  }),
  'io.k8s.api.core.v1.SeccompProfile',
);
export interface SeccompProfile extends Infer<typeof SeccompProfile> {}

export const WindowsSecurityContextOptions = object(
  () => ({
    gmsaCredentialSpec: string(2).pointer(),
    gmsaCredentialSpecName: string(1).pointer(),
    hostProcess: boolean(4).pointer(),
    runAsUserName: string(3).pointer(),
  }),
  'io.k8s.api.core.v1.WindowsSecurityContextOptions',
);
export interface WindowsSecurityContextOptions extends Infer<typeof WindowsSecurityContextOptions> {}

export const SecurityContext = object(
  () => ({
    allowPrivilegeEscalation: boolean(7).pointer(),
    appArmorProfile: ref<AppArmorProfile>(AppArmorProfile, 12),
    capabilities: ref<Capabilities>(Capabilities, 1),
    privileged: boolean(2).pointer(),
    procMount: string(9).pointer(),
    readOnlyRootFilesystem: boolean(6).pointer(),
    runAsGroup: int64(8).pointer(),
    runAsNonRoot: boolean(5).pointer(),
    runAsUser: int64(4).pointer(),
    seLinuxOptions: ref<SELinuxOptions>(SELinuxOptions, 3),
    seccompProfile: ref<SeccompProfile>(SeccompProfile, 11),
    windowsOptions: ref<WindowsSecurityContextOptions>(WindowsSecurityContextOptions, 10),
  }),
  'io.k8s.api.core.v1.SecurityContext',
);
export interface SecurityContext extends Infer<typeof SecurityContext> {}

export const VolumeDevice = object(
  () => ({
    devicePath: string(2).required(),
    name: string(1).required(),
  }),
  'io.k8s.api.core.v1.VolumeDevice',
);
export interface VolumeDevice extends Infer<typeof VolumeDevice> {}

export const VolumeMount = object(
  () => ({
    mountPath: string(3).required(),
    mountPropagation: string(5).pointer(),
    name: string(1).required(),
    readOnly: boolean(2),
    recursiveReadOnly: string(7).pointer(),
    subPath: string(4),
    subPathExpr: string(6),
  }),
  'io.k8s.api.core.v1.VolumeMount',
);
export interface VolumeMount extends Infer<typeof VolumeMount> {}

export const Container = object(
  () => ({
    args: list(string(), 4).atomic(),
    command: list(string(), 3).atomic(),
    env: list(ref<EnvVar>(EnvVar), 7).byKeys('name').mergeBy('name'),
    envFrom: list(ref<EnvFromSource>(EnvFromSource), 19).atomic(),
    image: string(2),
    imagePullPolicy: string(14).enum('Always', 'Never', 'IfNotPresent'),
    lifecycle: ref<Lifecycle>(Lifecycle, 12),
    livenessProbe: ref<Probe>(Probe, 10),
    name: string(1).required(),
    ports: list(ref<ContainerPort>(ContainerPort), 6).byKeys('containerPort', 'protocol').mergeBy('containerPort'),
    readinessProbe: ref<Probe>(Probe, 11),
    resizePolicy: list(ref<ContainerResizePolicy>(ContainerResizePolicy), 23).atomic(),
    resources: ref<ResourceRequirements>(ResourceRequirements, 8).alwaysThere().default({}),
    restartPolicy: string(24).pointer().enum('Always'),
    securityContext: ref<SecurityContext>(SecurityContext, 15),
    startupProbe: ref<Probe>(Probe, 22),
    stdin: boolean(16),
    stdinOnce: boolean(17),
    terminationMessagePath: string(13).default('/dev/termination-log'),
    terminationMessagePolicy: string(20).enum('File', 'FallbackToLogsOnError').default('File'),
    tty: boolean(18),
    volumeDevices: list(ref<VolumeDevice>(VolumeDevice), 21).byKeys('devicePath').mergeBy('devicePath'),
    volumeMounts: list(ref<VolumeMount>(VolumeMount), 9).byKeys('mountPath').mergeBy('mountPath'),
    workingDir: string(5),
  }),
  'io.k8s.api.core.v1.Container',
);
export interface Container extends Infer<typeof Container> {}

export const EphemeralContainer = object(
  () => ({
    args: list(string(), 4).inline(1).atomic(),
    command: list(string(), 3).inline(1).atomic(),
    env: list(ref<EnvVar>(EnvVar), 7).inline(1).byKeys('name').mergeBy('name'),
    envFrom: list(ref<EnvFromSource>(EnvFromSource), 19).inline(1).atomic(),
    image: string(2).inline(1),
    imagePullPolicy: string(14).inline(1),
    lifecycle: ref<Lifecycle>(Lifecycle, 12).inline(1),
    livenessProbe: ref<Probe>(Probe, 10).inline(1),
    name: string(1).inline(1).required(),
    ports: list(ref<ContainerPort>(ContainerPort), 6)
      .inline(1)
      .byKeys('containerPort', 'protocol')
      .mergeBy('containerPort'),
    readinessProbe: ref<Probe>(Probe, 11).inline(1),
    resizePolicy: list(ref<ContainerResizePolicy>(ContainerResizePolicy), 23).inline(1).atomic(),
    resources: ref<ResourceRequirements>(ResourceRequirements, 8).alwaysThere().inline(1).default({}),
    restartPolicy: string(24).pointer().inline(1),
    securityContext: ref<SecurityContext>(SecurityContext, 15).inline(1),
    startupProbe: ref<Probe>(Probe, 22).inline(1),
    stdin: boolean(16).inline(1),
    stdinOnce: boolean(17).inline(1),
    targetContainerName: string(2),
    terminationMessagePath: string(13).inline(1).default('/dev/termination-log'),
    terminationMessagePolicy: string(20).inline(1).default('File'),
    tty: boolean(18).inline(1),
    volumeDevices: list(ref<VolumeDevice>(VolumeDevice), 21).inline(1).byKeys('devicePath').mergeBy('devicePath'),
    volumeMounts: list(ref<VolumeMount>(VolumeMount), 9).inline(1).byKeys('mountPath').mergeBy('mountPath'),
    workingDir: string(5).inline(1),
  }),
  'io.k8s.api.core.v1.EphemeralContainer',
);
export interface EphemeralContainer extends Infer<typeof EphemeralContainer> {}
