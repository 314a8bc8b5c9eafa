/** Every built-in kind as the API server serves it: kinds with their strategies, columns and selectable fields. */
import { DeleteOptions, type Kind, type ResourceDefinition, type SchemaNode } from '@pintle/machinery';
import * as admissionregistration from './admissionregistration/v1/index.js';
import * as admissionregistrationAlpha from './admissionregistration/v1alpha1/index.js';
import * as apiextensions from './apiextensions/v1/index.js';
import * as apiregistration from './apiregistration/v1/index.js';
import * as apps from './apps/v1/index.js';
import * as authentication from './authentication/v1/index.js';
import * as authorization from './authorization/v1/index.js';
import * as autoscalingV1 from './autoscaling/v1/index.js';
import * as autoscaling from './autoscaling/v2/index.js';
import * as batch from './batch/v1/index.js';
import * as certificates from './certificates/v1/index.js';
import { columnsByKind } from './columns/index.js';
import * as coordination from './coordination/v1/index.js';
import * as core from './core/v1/index.js';
import * as discovery from './discovery/v1/index.js';
import * as events from './events/v1/index.js';
import * as flowcontrol from './flowcontrol/v1/index.js';
import * as networking from './networking/v1/index.js';
import * as node from './node/v1/index.js';
import * as policy from './policy/v1/index.js';
import * as rbac from './rbac/v1/index.js';
import * as scheduling from './scheduling/v1/index.js';
import * as storage from './storage/v1/index.js';
import { autoscalerVersions } from './strategy/autoscaler-versions.js';
import { eventVersions } from './strategy/event-versions.js';
import { strategies } from './strategy/index.js';
import { selectableFields } from './strategy/selectable-fields.js';

export { humanDuration } from './columns/human-duration.js';

/** Alpha in 1.33, and served all the same. */
const mutatingPolicies = {
  MutatingAdmissionPolicy: admissionregistrationAlpha.MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding: admissionregistrationAlpha.MutatingAdmissionPolicyBinding,
};

const groups = [
  core,
  apps,
  batch,
  autoscaling,
  policy,
  networking,
  discovery,
  coordination,
  node,
  scheduling,
  storage,
  rbac,
  certificates,
  admissionregistration,
  apiextensions,
  apiregistration,
  authentication,
  authorization,
  flowcontrol,
  mutatingPolicies,
] as const;

const isKind = (value: unknown): value is Kind =>
  typeof value === 'object' && value !== null && 'plural' in value && 'schema' in value;

/** Bodies of subresources and of deletions, which are of no resource: their schemas, by `apiVersion/kind`. */
export function bodySchemas(): Readonly<Record<string, SchemaNode>> {
  return {
    'v1/Binding': core.Binding.schema.node,
    'v1/DeleteOptions': DeleteOptions.node,
    'policy/v1/Eviction': policy.Eviction.node,
    'autoscaling/v1/Scale': autoscalingV1.Scale.node,
    'authentication.k8s.io/v1/TokenRequest': authentication.TokenRequest.node,
  };
}

/** The stable kinds of Kubernetes 1.33, each once, with the other versions that it is served in. */
export function builtinResources(): readonly ResourceDefinition[] {
  const versions: Readonly<Record<string, ResourceDefinition['versions']>> = {
    'autoscaling/HorizontalPodAutoscaler': autoscalerVersions(autoscalingV1.HorizontalPodAutoscaler),
    '/Event': eventVersions(events.Event),
  };
  return groups.flatMap((group) =>
    Object.values(group)
      .filter(isKind)
      .map((kind): ResourceDefinition => {
        const id = `${kind.group}/${kind.kind}`;
        const strategy = strategies[id];
        const columns = columnsByKind[id];
        const fields = selectableFields[id];
        return {
          kind,
          ...(strategy === undefined ? {} : { strategy }),
          ...(columns === undefined ? {} : { columns }),
          ...(fields === undefined ? {} : { fields }),
          ...(versions[id] === undefined ? {} : { versions: versions[id] }),
        };
      }),
  );
}
