/** The roles and bindings that every cluster begins with in `kube-system` and `kube-public` (Kubernetes 1.33). */
import type { PolicyRule } from '@pintle/api/rbac/v1';
import { core, events, may, read } from './policy-rule.js';

export interface NamespaceRole {
  readonly namespace: 'kube-system' | 'kube-public';
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  readonly binding: {
    /** The role's own unless given. */
    readonly name?: string;
    readonly users?: readonly string[];
    /** In `kube-system`. */
    readonly accounts?: readonly string[];
  };
}

const locking = (component: string, accounts: readonly string[]): NamespaceRole => ({
  namespace: 'kube-system',
  name: `system::leader-locking-${component}`,
  rules: [
    may('watch', core, 'configmaps'),
    may('get update', core, 'configmaps', component),
    may(`create ${read} update`, 'coordination.k8s.io', 'leases'),
    may(`create ${read} update`, 'coordination.k8s.io', 'leasecandidates'),
  ],
  binding: { users: [`system:${component}`], accounts },
});

export const namespaceRoles: readonly NamespaceRole[] = [
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [may(read, core, 'configmaps'), may('update', core, 'configmaps', 'cluster-info'), events],
    binding: { accounts: ['bootstrap-signer'] },
  },
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: [may(read, core, 'configmaps', 'extension-apiserver-authentication')],
    binding: {
      name: 'system::extension-apiserver-authentication-reader',
      users: ['system:kube-controller-manager', 'system:kube-scheduler'],
    },
  },
  locking('kube-controller-manager', ['kube-controller-manager', 'leader-election-controller']),
  locking('kube-scheduler', ['kube-scheduler']),
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: [may(read, core, 'secrets')],
    binding: { accounts: ['bootstrap-signer'] },
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: [may(`create ${read}`, core, 'configmaps')],
    binding: { accounts: ['cloud-provider'] },
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: [may(`delete ${read}`, core, 'secrets'), events],
    binding: { accounts: ['token-cleaner'] },
  },
];
