/**
 * PodNodeSelector: the pods of a namespace go to the nodes that its annotation names, or else the cluster's default; and to no
 * others than those that the configuration allows the namespace.
 */
import type { Namespace, Pod } from '@pintle/api/core/v1';
import { forbidden, formatFieldError, invalidField, labelValueErrors, qualifiedNameErrors } from '@pintle/machinery';
import type { ApiCore } from '../../verbs/api-core.js';
import { type AdmissionPlugin, type AdmissionRequest, isWriteOf } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { withNamespace } from '../find-namespace.js';
import { internalFailure, plainFailure } from '../plain-failure.js';

/**
 * Node selectors as `key=value,…`: of `clusterDefaultNodeSelector`, for namespaces that say nothing, and by namespace what
 * its pods may ask for at most.
 */
export type PodNodeSelectorConfiguration = Readonly<Record<string, string>>;

type Labels = Readonly<Record<string, string>>;

const annotation = 'scheduler.alpha.kubernetes.io/node-selector';
const clusterDefault = 'clusterDefaultNodeSelector';

export function podNodeSelector(
  core: () => ApiCore,
  caches: AdmissionCaches,
  configuration: PodNodeSelectorConfiguration = {},
): AdmissionPlugin {
  const inNamespace = withNamespace(core, caches);
  const ofNamespace = (namespace: Namespace | undefined, name: string | undefined): Labels => {
    if (namespace === undefined) throw internalFailure(`namespace ${name ?? ''} does not exist`);
    return parsed(namespace.metadata.annotations?.[annotation] ?? configuration[clusterDefault]);
  };
  const check = (request: AdmissionRequest, wanted: Labels, selector: Labels): void => {
    /** Upstream names the pod here, and no pod that has no name yet. */
    const refuse = (why: string) => forbidden(request.resource.kind, request.name, `pod node label selector ${why}`);
    for (const [key, value] of Object.entries(wanted))
      if (Object.hasOwn(selector, key) && selector[key] !== value)
        throw refuse('conflicts with its namespace node label selector');
    const allowed = parsed(configuration[request.namespace ?? '']);
    if (Object.keys(allowed).length === 0) return;
    for (const [key, value] of Object.entries(selector))
      if (!Object.hasOwn(allowed, key) || allowed[key] !== value)
        throw refuse('labels conflict with its namespace whitelist');
  };
  const selecting = (request: AdmissionRequest, wanted: Labels): Pod => {
    const pod = request.object as Pod;
    const own = pod.spec?.nodeSelector ?? {};
    check(request, wanted, own);
    const merged = { ...wanted, ...own };
    check(request, wanted, merged);
    if (pod.spec === undefined || Object.keys(merged).length === Object.keys(own).length) return pod;
    return { ...pod, spec: { ...pod.spec, nodeSelector: merged } };
  };
  return {
    name: 'PodNodeSelector',
    concerns: (kind) => kind.operation === 'CREATE' && isWriteOf('', 'pods')(kind),
    mutate: (request) =>
      inNamespace(request, (namespace) => selecting(request, ofNamespace(namespace, request.namespace))),
    validate: (request) =>
      inNamespace(request, (namespace) =>
        check(request, ofNamespace(namespace, request.namespace), (request.object as Pod).spec?.nodeSelector ?? {}),
      ),
  };
}

/** Errors: `StatusError` of 500, as upstream's. */
function parsed(selector: string | undefined): Labels {
  if (!selector) return {};
  const pairs = selector.split(',').map((text): readonly [string, string] => {
    const parts = text.split('=');
    if (parts.length !== 2) throw plainFailure(`invalid selector: [${parts.join(' ')}]`);
    const [key = '', value = ''] = parts.map((part) => part.trim());
    // The words of upstream, which has no path to the annotation.
    const ofKey = qualifiedNameErrors(key);
    if (ofKey.length > 0) throw plainFailure(formatFieldError(invalidField('<nil>', key, ofKey.join('; '))));
    const ofValue = labelValueErrors(value);
    if (ofValue.length > 0) throw plainFailure(formatFieldError(invalidField(`[${key}]`, value, ofValue.join('; '))));
    return [key, value];
  });
  return Object.fromEntries(pairs);
}
