/** What `kubectl explain` says of containers. */
import type { FieldDocs } from '@pintle/machinery';

const core = (type: string) => `io.k8s.api.core.v1.${type}`;

export const containerDocs: FieldDocs = {
  [core('Container')]: {
    about: 'One program of a pod, from one image.',
    fields: {
      args: "Arguments of the command; the image's own where they are absent. $(NAME) stands for a variable.",
      command: "The program and its first arguments; the image's entry point where it is absent. No shell is used.",
      env: 'Environment variables, in order; a later one may refer to an earlier by $(NAME).',
      envFrom: 'ConfigMaps and Secrets whose every key becomes a variable. A variable of env goes before them.',
      image: 'The image to run, as registry/name:tag.',
      imagePullPolicy:
        'When the image is pulled: Always, IfNotPresent or Never. Default Always for the tag latest, else IfNotPresent.',
      lifecycle: 'What to do right after the start, and before the end.',
      livenessProbe: 'A check while it runs: a container that fails it is started again.',
      name: 'The name within the pod: a DNS label.',
      ports: 'Ports that the program listens on, for information and to be named by Services and probes.',
      readinessProbe: 'A check while it runs: a container that fails it gets no traffic of Services.',
      resizePolicy: 'Which resources can change without a restart.',
      resources: 'What the container needs (requests) and may take at most (limits).',
      restartPolicy: 'Only Always, and only for init containers: it then runs beside the others as a sidecar.',
      securityContext: 'User, privileges and other security settings of this container.',
      startupProbe:
        'A check at the start: until it succeeds, the other probes wait; a container that fails it is started again.',
      stdin: 'Keep standard input open for attach. Default false.',
      stdinOnce: 'Close standard input after the first client has left. Default false.',
      terminationMessagePath:
        'The file whose content becomes the message of the ended state. Default /dev/termination-log.',
      terminationMessagePolicy:
        'File (default), or FallbackToLogsOnError: the end of the log where the file is empty and it failed.',
      tty: 'Give it a terminal; needs stdin. Default false.',
      volumeDevices: 'Volumes to find as block devices.',
      volumeMounts: 'Volumes to find as folders or files.',
      workingDir: "The working directory; the image's own where it is absent.",
    },
  },
  [core('ContainerPort')]: {
    about: 'A port that a container listens on.',
    fields: {
      containerPort: 'The port, 1 to 65535.',
      hostIP: 'The address of the node to bind hostPort to; all of them where it is absent.',
      hostPort: 'The port of the node that leads here.',
      name: 'A name for the port, unique within the pod.',
      protocol: 'TCP (default), UDP or SCTP.',
    },
  },
  [core('EnvVar')]: {
    about: 'One environment variable.',
    fields: {
      name: 'Its name.',
      value: 'Its value; $(NAME) stands for an earlier variable, $$ for a dollar.',
      valueFrom: 'Where its value comes from, instead of value.',
    },
  },
  [core('EnvVarSource')]: {
    about: 'Where the value of a variable comes from: one of these.',
    fields: {
      configMapKeyRef: 'A key of a ConfigMap.',
      fieldRef: 'A field of the pod, as metadata.name or status.podIP.',
      resourceFieldRef: 'A request or limit of a container.',
      secretKeyRef: 'A key of a Secret.',
    },
  },
  [core('ResourceRequirements')]: {
    about: 'What is needed, and what may be taken.',
    fields: {
      claims: 'Names of the resourceClaims of the pod that are used here.',
      limits: 'The most that may be taken, by resource.',
      requests: 'What is set aside, by resource; the limits where absent.',
    },
  },
  [core('VolumeMount')]: {
    about: 'Where a container finds a volume.',
    fields: {
      mountPath: 'The path inside the container.',
      mountPropagation:
        'Whether later mounts are seen on the other side: None (default), HostToContainer or Bidirectional.',
      name: 'The name of the volume.',
      readOnly: 'Whether it is read-only. Default false.',
      recursiveReadOnly: 'Whether mounts within it are read-only too: Disabled, IfPossible or Enabled.',
      subPath: 'The part of the volume to mount; all of it where empty.',
      subPathExpr: 'As subPath, with $(NAME) for variables of the container.',
    },
  },
  [core('Probe')]: {
    about: 'A check of a container, again and again, in one of four ways.',
    fields: {
      exec: 'Runs a command in the container: it succeeds with exit code 0.',
      failureThreshold: 'Failures in a row that count as failed. Default 3.',
      grpc: 'Asks the gRPC health service.',
      httpGet: 'Sends an HTTP GET: it succeeds with a status from 200 to 399.',
      initialDelaySeconds: 'Seconds from the start of the container to the first check. Default 0.',
      periodSeconds: 'Seconds between checks. Default 10.',
      successThreshold: 'Successes in a row that count as recovered. Default 1.',
      tcpSocket: 'Opens a TCP connection.',
      terminationGracePeriodSeconds: "Seconds to end when this probe fails, instead of the pod's.",
      timeoutSeconds: 'Seconds that one check may take. Default 1.',
    },
  },
  [core('Lifecycle')]: {
    about: 'What is done at the turns of a container’s life.',
    fields: {
      postStart: 'Right after the start; a container whose hook fails is ended.',
      preStop: 'Before the signal to end, within the grace period.',
      stopSignal: 'The signal to end with, instead of that of the image.',
    },
  },
  [core('SecurityContext')]: {
    about: 'Security settings of one container; they go before those of the pod.',
    fields: {
      allowPrivilegeEscalation: 'Whether a process may gain more privileges than its parent.',
      appArmorProfile: 'The AppArmor profile.',
      capabilities: 'Linux capabilities to add and to drop.',
      privileged: 'Run as root of the node, in effect. Default false.',
      procMount: 'How /proc is mounted: Default or Unmasked.',
      readOnlyRootFilesystem: 'Whether the root file system is read-only. Default false.',
      runAsGroup: 'The primary group of the process.',
      runAsNonRoot: 'Refuse to run as user 0.',
      runAsUser: "The user of the process; the image's own where absent.",
      seLinuxOptions: 'The SELinux label.',
      seccompProfile: 'The seccomp profile.',
      windowsOptions: 'Settings for Windows.',
    },
  },
  [core('ContainerStatus')]: {
    about: 'What a container does.',
    fields: {
      allocatedResources: 'What the node has set aside for it.',
      allocatedResourcesStatus: 'The health of the devices that it uses.',
      containerID: 'Its id in the runtime, as RUNTIME://ID.',
      image: 'The image that it runs.',
      imageID: 'The exact image, by digest.',
      lastState: 'How its last run ended.',
      name: 'Its name.',
      ready: 'Whether its readiness probe succeeds.',
      resources: 'Requests and limits that are in force.',
      restartCount: 'How often it was started again.',
      started: 'Whether its startup probe has succeeded.',
      state: 'Waiting, running or terminated, with details.',
      stopSignal: 'The signal that it is ended with.',
      user: 'The user and groups that it runs as.',
      volumeMounts: 'Its mounts as they are.',
    },
  },
};
