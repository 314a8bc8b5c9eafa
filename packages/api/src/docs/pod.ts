/** What `kubectl explain` says of pods. */
import type { FieldDocs } from '@pintle/machinery';

const core = (type: string) => `io.k8s.api.core.v1.${type}`;

export const podDocs: FieldDocs = {
  [core('Pod')]: {
    about: 'Containers that run together on one node, with one address and shared volumes.',
    fields: {
      apiVersion: 'Version of this notation: v1.',
      kind: 'The kind: Pod.',
      metadata: 'Name, labels and other metadata.',
      spec: 'What is to run, and how.',
      status: 'What was last seen of it. Written by the node.',
    },
  },
  [core('PodSpec')]: {
    about: 'What is to run, and how.',
    fields: {
      activeDeadlineSeconds: 'Seconds from its start after which the pod is ended and has failed.',
      affinity: 'Which nodes, and nodes near or far from which other pods, the pod must or should run on.',
      automountServiceAccountToken: 'Whether containers find a token of the service account. Default true.',
      containers: 'The containers of the pod; at least one.',
      dnsConfig: 'Name servers, search domains and options beside those of dnsPolicy.',
      dnsPolicy:
        'Where names are looked up: ClusterFirst (default), ClusterFirstWithHostNet, Default (the node) or None.',
      enableServiceLinks:
        "Whether containers get the addresses of the namespace's Services as variables. Default true.",
      ephemeralContainers: 'Containers added to the running pod for debugging, through a subresource of its own.',
      hostAliases: 'Lines for /etc/hosts in the containers.',
      hostIPC: "Use the node's IPC namespace. Default false.",
      hostNetwork: "Use the node's network and address. Default false.",
      hostPID: "Use the node's process namespace. Default false.",
      hostUsers: "Use the node's user namespace. Default true; false maps root to an unprivileged user.",
      hostname: 'The host name inside; the name of the pod where it is empty.',
      imagePullSecrets: 'Secrets of this namespace with credentials for pulling images.',
      initContainers:
        'Containers that run one after the other before the others start; with restartPolicy Always they go on beside them.',
      nodeName: 'The node that the pod runs on. Set by the scheduler, or by hand to pass it by.',
      nodeSelector: 'Labels that the node must have.',
      os: 'The operating system that the pod is for; fields of the other one must then be unset.',
      overhead: 'Resources that the sandbox itself takes. Set from the RuntimeClass.',
      preemptionPolicy: 'Whether the pod may push out pods of lower priority: PreemptLowerPriority (default) or Never.',
      priority: 'The number behind priorityClassName. Set by the server.',
      priorityClassName: 'The PriorityClass: how important the pod is beside others.',
      readinessGates: 'Further conditions of the status that must be true before the pod is ready.',
      resourceClaims: 'Devices that are to be there before the pod starts, by ResourceClaim.',
      resources: 'Requests and limits of the pod as a whole.',
      restartPolicy: 'What is started again when it ends: Always (default), OnFailure or Never.',
      runtimeClassName: 'The RuntimeClass that says how containers are run.',
      schedulerName: 'The scheduler that places the pod. Default default-scheduler.',
      schedulingGates: 'While there is one, the pod is not scheduled.',
      securityContext: 'Users, groups and other security settings for all containers.',
      serviceAccount: 'The old name of serviceAccountName.',
      serviceAccountName: 'The ServiceAccount that the pod acts as. Default: default.',
      setHostnameAsFQDN: 'Whether the host name is the full domain name. Default false.',
      shareProcessNamespace: 'Whether containers see each other’s processes. Default false.',
      subdomain: 'Makes the full name HOSTNAME.SUBDOMAIN.NAMESPACE.svc.DOMAIN.',
      terminationGracePeriodSeconds:
        'Seconds that containers have to end after SIGTERM, before they are killed. Default 30.',
      tolerations: 'Taints of nodes that do not keep the pod away.',
      topologySpreadConstraints: 'How evenly pods are spread over zones, nodes or other parts of the cluster.',
      volumes: 'Storage that containers can mount.',
    },
  },
  [core('PodStatus')]: {
    about: 'What was last seen of the pod.',
    fields: {
      conditions: 'PodScheduled, Initialized, ContainersReady, Ready and others: whether, since when and why.',
      containerStatuses: 'What each container does.',
      ephemeralContainerStatuses: 'What each ephemeral container does.',
      hostIP: 'The address of the node.',
      hostIPs: 'The addresses of the node, one for each IP family.',
      initContainerStatuses: 'What each init container does.',
      message: 'Why the pod is in this state, for people.',
      nominatedNodeName: 'The node where pods were pushed out to make room for this one.',
      observedGeneration: 'The generation of the spec that this status is of.',
      phase: 'Pending, Running, Succeeded, Failed or Unknown.',
      podIP: 'The address of the pod.',
      podIPs: 'The addresses of the pod, one for each IP family.',
      qosClass:
        'Guaranteed, Burstable or BestEffort: from requests and limits, who is ended first when memory is short.',
      reason: 'Why the pod is in this state, in one word, as Evicted.',
      resize: 'How far a change of resources in place has come.',
      resourceClaimStatuses: 'The ResourceClaims made for this pod.',
      startTime: 'When the node took the pod up.',
    },
  },
  [core('PodCondition')]: {
    about: 'One thing that is or is not so of a pod.',
    fields: {
      lastProbeTime: 'When it was last looked at.',
      lastTransitionTime: 'When the status last changed.',
      message: 'Why, for people.',
      observedGeneration: 'The generation of the spec that it was found for.',
      reason: 'Why, in one word.',
      status: 'True, False or Unknown.',
      type: 'What is said: PodScheduled, Initialized, ContainersReady, Ready and others.',
    },
  },
};
