/** Every built-in kind as the API server serves it: kinds with their strategies, columns and selectable fields. */
import { DeleteOptions, type Kind, type ResourceDefinition, type SchemaNode } from '@pintle/machinery';
import * as admissionregistration from './admissionregistration/v1/index.js';
import * as admissionregistrationAlpha from './admissionregistration/v1alpha1/index.js';
import * as admissionregistrationBeta from './admissionregistration/v1beta1/index.js';
import * as apiextensions from './apiextensions/v1/index.js';
import * as apiregistration from './apiregistration/v1/index.js';
import * as apps from './apps/v1/index.js';
import * as authentication from './authentication/v1/index.js';
import * as authorization from './authorization/v1/index.js';
import * as autoscalingV1 from './autoscaling/v1/index.js';
import * as autoscaling from './autoscaling/v2/index.js';
import * as batch from './batch/v1/index.js';
import * as certificates from './certificates/v1/index.js';
import * as certificatesBeta from './certificates/v1beta1/index.js';
import { columnsByKind, rowOrders } from './columns/index.js';
import * as coordination from './coordination/v1/index.js';
import * as coordinationBeta from './coordination/v1beta1/index.js';
import * as core from './core/v1/index.js';
import * as discovery from './discovery/v1/index.js';
import * as events from './events/v1/index.js';
import * as flowcontrol from './flowcontrol/v1/index.js';
import * as networking from './networking/v1/index.js';
import * as networkingBeta from './networking/v1beta1/index.js';
import * as node from './node/v1/index.js';
import * as policy from './policy/v1/index.js';
import * as rbac from './rbac/v1/index.js';
import * as resourceOlder from './resource/v1beta1/index.js';
import * as resource from './resource/v1beta2/index.js';
import * as scheduling from './scheduling/v1/index.js';
import * as storage from './storage/v1/index.js';
import * as storageBeta from './storage/v1beta1/index.js';
import { autoscalerVersions } from './strategy/autoscaler-versions.js';
import {
  deviceClassVersions,
  resourceClaimTemplateVersions,
  resourceClaimVersions,
  resourceSliceVersions,
} from './strategy/device-versions.js';
import { eventVersions } from './strategy/event-versions.js';
import { strategies } from './strategy/index.js';
import { requestRules } from './strategy/request-rules.js';
import { sameVersion } from './strategy/same-version.js';
import { selectableFields } from './strategy/selectable-fields.js';

export { scaleColumns } from './columns/autoscaler.js';
export { humanDuration } from './columns/human-duration.js';
export { gatedResource } from './feature-gates/gated-resource.js';
export { type FeatureGates, gateStates, isEnabled } from './feature-gates/gates.js';
export { mandatoryFlowSchemas, mandatoryPriorityLevels } from './flowcontrol/mandatory.js';
export { partPlaces } from './strategy/custom-resource-version.js';
export { finalizedErrors, withNameLabel } from './strategy/namespace.js';
export { type ServiceFamilies, serviceFamilies } from './strategy/service/service-families.js';

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
  coordinationBeta,
  node,
  scheduling,
  storage,
  storageBeta,
  rbac,
  certificates,
  certificatesBeta,
  admissionregistration,
  apiextensions,
  apiregistration,
  authentication,
  authorization,
  flowcontrol,
  resource,
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

/** How long objects live that end by themselves (kube-apiserver's --event-ttl). */
const timesToLiveSeconds: Readonly<Record<string, number>> = { '/Event': 3_600 };

/** What clients are told of kinds whose time is over (apiserver `deprecation` of Kubernetes). */
const deprecations: Readonly<Record<string, string>> = {
  '/ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  '/Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

const oldPolicy = (kind: string) =>
  `admissionregistration.k8s.io/v1beta1 ${kind} is deprecated in v1.31+, unavailable in v1.34+`;

/** The versions of a kind beside the one that it is stored in, by `group/Kind`. */
const otherVersions = (): Readonly<Record<string, ResourceDefinition['versions']>> => ({
  'autoscaling/HorizontalPodAutoscaler': autoscalerVersions(autoscalingV1.HorizontalPodAutoscaler),
  '/Event': eventVersions(events.Event),
  'networking.k8s.io/IPAddress': [sameVersion(networkingBeta.IPAddress, networking.IPAddress)],
  'networking.k8s.io/ServiceCIDR': [sameVersion(networkingBeta.ServiceCIDR, networking.ServiceCIDR)],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': [
    sameVersion(
      admissionregistrationBeta.ValidatingAdmissionPolicy,
      admissionregistration.ValidatingAdmissionPolicy,
      oldPolicy('ValidatingAdmissionPolicy'),
    ),
  ],
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': [
    sameVersion(
      admissionregistrationBeta.ValidatingAdmissionPolicyBinding,
      admissionregistration.ValidatingAdmissionPolicyBinding,
      oldPolicy('ValidatingAdmissionPolicyBinding'),
    ),
  ],
  'resource.k8s.io/DeviceClass': deviceClassVersions(resourceOlder.DeviceClass),
  'resource.k8s.io/ResourceClaim': resourceClaimVersions(resourceOlder.ResourceClaim),
  'resource.k8s.io/ResourceClaimTemplate': resourceClaimTemplateVersions(resourceOlder.ResourceClaimTemplate),
  'resource.k8s.io/ResourceSlice': resourceSliceVersions(resourceOlder.ResourceSlice),
});

/**
 * The kinds of Kubernetes 1.33's stable and beta groups, each once, with the other versions that it is served in.
 *
 * **Differs from Kubernetes**: the beta versions are served without being asked for (`--runtime-config`).
 */
export function builtinResources(): readonly ResourceDefinition[] {
  const versions = otherVersions();
  return groups.flatMap((group) =>
    Object.values(group)
      .filter(isKind)
      .map((kind): ResourceDefinition => {
        const id = `${kind.group}/${kind.kind}`;
        const strategy = { ...strategies[id], ...requestRules[id] };
        const columns = columnsByKind[id];
        const fields = selectableFields[id];
        return {
          kind,
          strategy,
          ...(columns === undefined ? {} : { columns }),
          ...(rowOrders[id] === undefined ? {} : { rowOrder: rowOrders[id] }),
          ...(fields === undefined ? {} : { fields }),
          ...(versions[id] === undefined ? {} : { versions: versions[id] }),
          ...(timesToLiveSeconds[id] === undefined ? {} : { timeToLiveSeconds: timesToLiveSeconds[id] }),
          ...(deprecations[id] === undefined ? {} : { deprecationWarning: deprecations[id] }),
        };
      }),
  );
}
