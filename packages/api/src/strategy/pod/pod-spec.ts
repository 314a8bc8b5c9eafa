/**
 * What must hold of a pod's spec, in a pod or in a template of one (core validation `ValidatePodSpec`). Each part has
 * its own file beside this one.
 */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  duplicateField,
  eachErrors,
  type FieldError,
  forbiddenField,
  formatErrors,
  invalidField,
  noErrors,
  onceForEach,
  qualifiedNameErrors,
  rangeErrors,
  requiredChoiceErrors,
  requiredField,
  validateAnnotations,
  validateLabels,
} from '@pintle/machinery';
import type { PodResourceClaim, PodSchedulingGate, PodSpec, PodTemplateSpec } from '../../core/v1/pod.js';
import { affinityErrors } from './affinity.js';
import { containersErrors, ephemeralContainersErrors, initContainersErrors, type PodContext } from './containers.js';
import { dnsErrors, hostAliasErrors } from './names.js';
import { operatingSystemErrors } from './operating-system.js';
import { podAnnotationErrors } from './pod-annotations.js';
import { profileMatchErrors } from './profiles.js';
import { containerResourceErrors, podResourceErrors } from './resources.js';
import { podSecurityErrors } from './security-context.js';
import { tolerationErrors } from './tolerations.js';
import { topologySpreadErrors } from './topology-spread.js';
import { podVolumes } from './volumes.js';
import { hostProcessErrors } from './windows-options.js';

const deadlineMaxSeconds = 2 ** 31 - 1;

/** `podName`: the pod's, where the spec is a pod's and no template's. */
export function podSpecErrors(
  spec: PodSpec,
  path: string,
  { podName }: { readonly podName?: string } = {},
): readonly FieldError[] {
  const { byName, errors: volumeErrors } = podVolumes(spec.volumes, `${path}.volumes`, {
    ...(podName === undefined ? {} : { podName }),
  });
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name).filter(Boolean));
  const context: PodContext = { spec, volumes: byName, claims, isPod: podName !== undefined };
  return [
    ...(spec.terminationGracePeriodSeconds === undefined
      ? [requiredField(`${path}.terminationGracePeriodSeconds`)]
      : noErrors),
    ...volumeErrors,
    ...resourceClaimErrors(spec.resourceClaims, `${path}.resourceClaims`),
    ...containersErrors(context, `${path}.containers`),
    ...initContainersErrors(context, `${path}.initContainers`),
    ...ephemeralContainersErrors(context, `${path}.ephemeralContainers`),
    ...podResourceErrors(spec, `${path}.resources`, claims),
    ...requiredChoiceErrors(spec.restartPolicy, `${path}.restartPolicy`, ['Always', 'OnFailure', 'Never']),
    ...requiredChoiceErrors(spec.dnsPolicy, `${path}.dnsPolicy`, [
      'ClusterFirstWithHostNet',
      'ClusterFirst',
      'Default',
      'None',
    ]),
    ...(spec.nodeSelector === undefined ? noErrors : validateLabels(spec.nodeSelector, `${path}.nodeSelector`)),
    ...podSecurityErrors(spec, `${path}.securityContext`),
    ...affinityErrors(spec.affinity, `${path}.affinity`),
    ...dnsErrors(spec.dnsConfig, spec.dnsPolicy, `${path}.dnsConfig`),
    ...eachErrors(spec.readinessGates, `${path}.readinessGates`, ({ conditionType }, at) =>
      qualifiedNameErrors(conditionType).map((message) => invalidField(`${at}.conditionType`, conditionType, message)),
    ),
    ...gateErrors(spec.schedulingGates, `${path}.schedulingGates`),
    ...topologySpreadErrors(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`),
    ...hostProcessErrors(spec, path),
    ...hostUsersErrors(spec, path),
    ...formatErrors(spec.serviceAccountName, `${path}.serviceAccountName`, dns1123SubdomainErrors),
    ...formatErrors(spec.nodeName, `${path}.nodeName`, dns1123SubdomainErrors),
    ...rangeErrors(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`, 1, deadlineMaxSeconds),
    ...formatErrors(spec.hostname, `${path}.hostname`, dns1123LabelErrors),
    ...formatErrors(spec.subdomain, `${path}.subdomain`, dns1123LabelErrors),
    ...tolerationErrors(spec.tolerations, `${path}.tolerations`),
    ...hostAliasErrors(spec.hostAliases, `${path}.hostAliases`),
    ...formatErrors(spec.priorityClassName, `${path}.priorityClassName`, dns1123SubdomainErrors),
    ...(spec.runtimeClassName === undefined
      ? noErrors
      : dns1123SubdomainErrors(spec.runtimeClassName).map((message) =>
          invalidField(`${path}.runtimeClassName`, spec.runtimeClassName, message),
        )),
    ...(spec.preemptionPolicy === undefined
      ? noErrors
      : requiredChoiceErrors(spec.preemptionPolicy, `${path}.preemptionPolicy`, ['PreemptLowerPriority', 'Never'])),
    ...(spec.overhead === undefined
      ? noErrors
      : containerResourceErrors({ limits: spec.overhead }, `${path}.overhead`, claims)),
    ...operatingSystemErrors(spec, path),
  ];
}

function resourceClaimErrors(claims: readonly PodResourceClaim[] | undefined, path: string): readonly FieldError[] {
  const names = new Set<string>();
  return eachErrors(claims, path, (claim, at) => {
    const { name, resourceClaimName: claimName, resourceClaimTemplateName: templateName } = claim;
    const again = names.has(name);
    names.add(name);
    return [
      ...(!name
        ? [requiredField(`${at}.name`)]
        : again
          ? [duplicateField(`${at}.name`, name)]
          : formatErrors(name, `${at}.name`, dns1123LabelErrors)),
      ...(claimName !== undefined && templateName !== undefined
        ? [
            invalidField(
              at,
              claim,
              'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
            ),
          ]
        : claimName === undefined && templateName === undefined
          ? [invalidField(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')]
          : noErrors),
      ...namedErrors(claimName, `${at}.resourceClaimName`),
      ...namedErrors(templateName, `${at}.resourceClaimTemplateName`),
    ];
  });
}

const namedErrors = (name: string | undefined, path: string): readonly FieldError[] =>
  name === undefined ? noErrors : dns1123SubdomainErrors(name).map((message) => invalidField(path, name, message));

function gateErrors(gates: readonly PodSchedulingGate[] | undefined, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  return eachErrors(gates, path, ({ name }, at) => {
    const again = seen.has(name);
    seen.add(name);
    return [
      ...qualifiedNameErrors(name).map((message) => invalidField(at, name, message)),
      ...(again ? [duplicateField(at, name)] : noErrors),
    ];
  });
}

/** Users of its own go with namespaces of its own. */
function hostUsersErrors(spec: PodSpec, path: string): readonly FieldError[] {
  if (spec.hostUsers !== false) return noErrors;
  const when = 'when `pod.Spec.HostUsers` is false';
  return [
    ...(spec.hostNetwork ? [forbiddenField(`${path}.hostNetwork`, when)] : noErrors),
    // Upstream's spelling of the places.
    ...(spec.hostPID ? [forbiddenField(`${path}.HostPID`, when)] : noErrors),
    ...(spec.hostIPC ? [forbiddenField(`${path}.HostIPC`, when)] : noErrors),
  ];
}

/** What must hold of a template of pods. */
export function podTemplateErrors(template: PodTemplateSpec | undefined, path: string): readonly FieldError[] {
  const { metadata, spec } = template ?? {};
  return [
    ...templateLabelErrors(template, path),
    // As for Go, what is absent is empty.
    ...templateSpecErrors(spec ?? ({ containers: [] } as unknown as PodSpec), `${path}.spec`),
    ...profileMatchErrors(metadata?.annotations, spec, `${path}.spec`),
    ...(spec?.ephemeralContainers?.length
      ? [forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : noErrors),
  ];
}

const templateSpecErrors = (spec: PodSpec, path: string): readonly FieldError[] =>
  path === 'spec.template.spec' ? workloadSpecErrors(spec) : podSpecErrors(spec, path);

/** The sets of one workload, and its revisions, share the spec of their pods. */
const workloadSpecErrors = onceForEach((spec: PodSpec) => podSpecErrors(spec, 'spec.template.spec'));

/** What must hold of a template's labels and annotations. */
export function templateLabelErrors(template: PodTemplateSpec | undefined, path: string): readonly FieldError[] {
  const { metadata, spec } = template ?? {};
  return [
    ...(metadata?.labels === undefined ? noErrors : validateLabels(metadata.labels, `${path}.labels`)),
    ...(metadata?.annotations === undefined
      ? noErrors
      : [
          ...validateAnnotations(metadata.annotations, `${path}.annotations`),
          ...podAnnotationErrors(metadata.annotations, spec, `${path}.annotations`),
        ]),
  ];
}
