/** Namespaces hold themselves until their content is gone: `spec.finalizers`, emptied through `finalize`. */
import {
  bareFinalizer,
  dns1123LabelErrors,
  eachErrors,
  type FieldError,
  invalidField,
  isBareFinalizer,
  maskTrailingDash,
  noErrors,
  qualifiedNameErrors,
  type Strategy,
} from '@pintle/machinery';
import type { Namespace } from '../core/v1/namespace.js';

const nameLabel = 'kubernetes.io/metadata.name';

const withOwnFinalizer = (finalizers: readonly string[] = []): readonly string[] =>
  finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];

/** With the label that every namespace has. */
export function withNameLabel(namespace: Namespace): Namespace {
  const { name = '', labels } = namespace.metadata;
  if (name === '' || labels?.[nameLabel] === name) return namespace;
  return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [nameLabel]: name } } };
}

/** What is wrong with the finalizers that a namespace is put with to be finalized. */
export const finalizedErrors = ({ spec }: Namespace): readonly FieldError[] =>
  eachErrors(spec?.finalizers, 'spec.finalizers', finalizerErrors);

const finalizerErrors = (finalizer: string, path: string): readonly FieldError[] => [
  ...qualifiedNameErrors(finalizer).map((message) => invalidField(path, finalizer, message)),
  ...(isBareFinalizer(finalizer) ? [invalidField(path, finalizer, bareFinalizer)] : []),
];

export const namespaceStrategy: Strategy<Namespace> = {
  nameErrors: (name, prefix) => dns1123LabelErrors(prefix ? maskTrailingDash(name) : name),
  defaults: withNameLabel,
  prepareForCreate: (namespace) => ({
    // Its name may be known only now; and one that is none is then told of as a name alone.
    ...(dns1123LabelErrors(namespace.metadata.name ?? '').length > 0 ? namespace : withNameLabel(namespace)),
    spec: { ...namespace.spec, finalizers: withOwnFinalizer(namespace.spec?.finalizers) },
    status: { phase: 'Active' },
  }),
  prepareForUpdate: (namespace, old) => ({
    ...namespace,
    spec: { ...namespace.spec, ...(old.spec?.finalizers === undefined ? {} : { finalizers: old.spec.finalizers }) },
  }),
  validateCreate: ({ spec }) =>
    (spec?.finalizers ?? []).flatMap((finalizer) => finalizerErrors(finalizer, 'spec.finalizers')),
  validateStatusUpdate({ metadata, status }) {
    const deleted = metadata.deletionTimestamp !== undefined;
    const phase = deleted ? 'Terminating' : 'Active';
    const detail = `may only be '${phase}' if \`deletionTimestamp\` is ${deleted ? 'not ' : ''}empty`;
    return status?.phase === phase ? noErrors : [invalidField('status.Phase', status?.phase ?? '', detail)];
  },
  holdsDeletion: ({ spec }) => (spec?.finalizers?.length ?? 0) > 0,
  markDeleted: (namespace) => ({ ...namespace, status: { ...namespace.status, phase: 'Terminating' } }),
};
