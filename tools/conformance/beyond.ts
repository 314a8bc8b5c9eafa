/** Tests that a cluster whose containers are processes of one machine cannot pass, or that ask for what is not there; and why. */
export const beyond: readonly { readonly tests: string; readonly why: string }[] = [
  { tests: 'Disruptive|Slow|Flaky', why: 'not part of conformance, or minutes of waiting' },
  { tests: 'Sample API Server', why: 'its images are of a sample-apiserver and an etcd' },
  {
    tests: 'should mount an API token into pods',
    why: 'reads by its absolute path what a container has below its root',
  },
];
