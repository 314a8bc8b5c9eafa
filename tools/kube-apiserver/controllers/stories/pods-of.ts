/** The parts that stories' workloads are made of. What the images do is in `../nodes.ts`. */

export const podSpec = (image: string, more: object = {}) => ({
  terminationGracePeriodSeconds: 1,
  containers: [{ name: 'main', image, ...more }],
});

export const template = (app: string, image: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { ...podSpec(image), ...spec },
});

export const workload = (app: string, image: string, more: object = {}, spec: object = {}) => ({
  spec: { selector: { matchLabels: { app } }, template: template(app, image, spec), ...more },
});
