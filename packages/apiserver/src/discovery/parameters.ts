/** The parameters of requests, as the OpenAPI documents tell of them, in words of our own. Data. */

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  ...{ name, in: 'query', type, description },
});
export const inPath = (name: string, description: string): Parameter => ({
  ...{ name, in: 'path', type: 'string', description },
});

/** Of every request that answers with an object. */
export const pretty = query('pretty', 'string', 'Whether the answer is laid out in lines.');
const watch = query(
  'watch',
  'boolean',
  'Watch for changes to the described resources: a stream of events in the place of a list.',
);
const resourceVersion = query('resourceVersion', 'string', 'The version that the answer is of, or not older than.');

const collecting: readonly Parameter[] = [
  query('continue', 'string', 'Where the page before ended, as its metadata told.'),
  query('fieldSelector', 'string', 'Narrows the list of returned objects by their fields.'),
  query('labelSelector', 'string', 'Narrows the list of returned objects by their labels.'),
  query('limit', 'integer', 'How many objects a page has at most.'),
  resourceVersion,
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'Whether a watch begins with what there is.'),
  query('timeoutSeconds', 'integer', 'When the call ends, whatever happens.'),
];

export const listing: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'Whether a watch may send bookmarks.'),
  ...collecting,
  watch,
];

export const reading: readonly Parameter[] = [resourceVersion];

const dryRun = query('dryRun', 'string', 'All: to do everything but keep nothing.');

export const writing: readonly Parameter[] = [
  dryRun,
  query('fieldManager', 'string', 'Who owns the fields that are written.'),
  query('fieldValidation', 'string', 'What becomes of unknown fields: Ignore, Warn or Strict.'),
];

export const patching: readonly Parameter[] = [
  ...writing,
  query('force', 'boolean', 'Whether an apply takes fields from other managers.'),
];

export const deleting: readonly Parameter[] = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'How long the object lives on.'),
  query(
    'ignoreStoreReadErrorWithClusterBreakingPotential',
    'boolean',
    'Whether an object that cannot be read goes all the same.',
  ),
  query('orphanDependents', 'boolean', 'Older than propagationPolicy: whether its dependents stay.'),
  query('propagationPolicy', 'string', 'What becomes of its dependents: Orphan, Background or Foreground.'),
];

export const deletingMany: readonly Parameter[] = [...collecting, ...deleting];

const container = query('container', 'string', 'Which container; the only one, or the first.');
const streams: readonly Parameter[] = [
  container,
  query('stderr', 'boolean', 'Whether its errors are sent.'),
  query('stdin', 'boolean', 'Whether it is sent input.'),
  query('stdout', 'boolean', 'Whether its output is sent.'),
  query('tty', 'boolean', 'Whether it has a terminal.'),
];

/** What is asked of streams, by the kind of their options. */
export const connecting: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: streams,
  PodExecOptions: [...streams, query('command', 'string', 'What to run, a word each time.')],
  PodPortForwardOptions: [query('ports', 'integer', 'The ports that are forwarded.')],
  PodProxyOptions: [query('path', 'string', 'The path that is asked for.')],
  ServiceProxyOptions: [query('path', 'string', 'The path that is asked for.')],
  NodeProxyOptions: [query('path', 'string', 'The path that is asked for.')],
};

export const logging: readonly Parameter[] = [
  container,
  query('follow', 'boolean', 'Whether what comes is sent as it comes.'),
  query('insecureSkipTLSVerifyBackend', 'boolean', 'Whether the node need not show who it is.'),
  query('limitBytes', 'integer', 'How many bytes are sent at most.'),
  query('previous', 'boolean', 'Whether it is the log of the container that ended.'),
  query('sinceSeconds', 'integer', 'How many seconds back it begins.'),
  query('stream', 'string', 'All, Stdout or Stderr.'),
  query('tailLines', 'integer', 'How many lines from its end are sent.'),
  query('timestamps', 'boolean', 'Whether each line begins with its time.'),
];
