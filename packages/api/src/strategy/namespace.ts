/** Namespaces hold themselves until their content is gone: `spec.finalizers`, emptied through `finalize`. */
import { dns1123LabelErrors, invalidField, maskTrailingDash, noErrors, type Strategy } from '@pintle/machinery';
import type { Namespace } from '../core/v1/namespace.js';

const nameLabel = 'kubernetes.io/metadata.name';

export const namespaceStrategy: Strategy<Namespace> = {
  nameErrors: (name, prefix) => dns1123LabelErrors(prefix ? maskTrailingDash(name) : name),
  defaults(namespace) {
    const { name = '', labels } = namespace.metadata;
    if (name === '' || labels?.[nameLabel] === name) return namespace;
    return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [nameLabel]: name } } };
  },
  prepareForCreate: (namespace) => ({
    ...namespace,
    spec: { ...namespace.spec, finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
  prepareForUpdate: (namespace, old) => ({
    ...namespace,
    spec: { ...namespace.spec, ...(old.spec?.finalizers === undefined ? {} : { finalizers: old.spec.finalizers }) },
  }),
  validateStatusUpdate({ metadata, status }) {
    const deleted = metadata.deletionTimestamp !== undefined;
    const phase = deleted ? 'Terminating' : 'Active';
    const detail = `may only be '${phase}' if \`deletionTimestamp\` is ${deleted ? 'not ' : ''}empty`;
    return status?.phase === phase ? noErrors : [invalidField('status.Phase', status?.phase ?? '', detail)];
  },
  holdsDeletion: ({ spec }) => (spec?.finalizers?.length ?? 0) > 0,
  markDeleted: (namespace) => ({ ...namespace, status: { ...namespace.status, phase: 'Terminating' } }),
};
