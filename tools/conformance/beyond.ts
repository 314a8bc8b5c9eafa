/** Tests that a cluster whose containers are processes of one machine cannot pass, or that ask for what is not there; and why. */
export const beyond: readonly { readonly tests: string; readonly why: string }[] = [
  { tests: 'Disruptive|Slow|Flaky', why: 'not part of conformance, or minutes of waiting' },
  { tests: 'Sample API Server', why: 'its images are of a sample-apiserver and an etcd' },
  { tests: 'Should recreate evicted statefulset', why: 'two pods want one port of their node' },
  { tests: 'Guestbook application', why: 'it asks names of Services, for which nobody answers' },
];
