/**
 * The status of ValidatingAdmissionPolicies: which generation has been looked at.
 *
 * Differs from Kubernetes: expressions are not checked against the schemas of the kinds that they are for; those that do
 * not compile were refused when the policy was written.
 */
import { ValidatingAdmissionPolicy } from '@pintle/api/admissionregistration/v1';
import { type Controller, controller } from '@pintle/controller-runtime';

export function admissionPolicyStatusController(): Controller {
  return controller({ name: 'validatingadmissionpolicy-status' })
    .for(ValidatingAdmissionPolicy)
    .reconcile(async ({ object: policy, client }) => {
      const { generation } = policy?.metadata ?? {};
      if (policy === undefined || generation === undefined || policy.status?.observedGeneration === generation) return;
      const status = { ...policy.status, observedGeneration: generation, typeChecking: {} };
      await client.update<ValidatingAdmissionPolicy>({ ...policy, status }, { subresource: 'status' });
    });
}
