/** Tests that a cluster whose containers are processes of one machine cannot pass, or that ask for what is not there; and why. */
export const beyond: readonly { readonly tests: string; readonly why: string }[] = [
  { tests: 'Disruptive|Slow|Flaky', why: 'not part of conformance, or minutes of waiting' },
  { tests: 'Sample API Server', why: 'its images are of a sample-apiserver and an etcd' },
  { tests: 'Should recreate evicted statefulset', why: 'two pods want one port of their node' },
  {
    tests: 'Guestbook application|DNS|HostPort|hostNetwork',
    why: 'nobody answers for names, and pods have no network of their own',
  },
  {
    tests:
      'Networking Granular|session affinity|Services should (serve|be able to|have session|complete)|Proxy version|EndpointSlice should support a Service',
    why: 'pods have no network of their own, in which each may listen at any address',
  },
  {
    tests: 'Lifecycle Hook|Probing container|Ephemeral Containers',
    why: 'some listen at ports that another listens at, or want a terminal in a file system of their own; others take minutes',
  },
  {
    tests: 'tmpfs|non-root',
    why: 'volumes in memory are folders; who runs as another user has no file system of its own',
  },
  {
    tests: 'Security Context|Sysctls|KubeletManagedEtcHosts|hostAliases|read only busybox|RuntimeClass.*handler',
    why: 'nothing is isolated',
  },
];
