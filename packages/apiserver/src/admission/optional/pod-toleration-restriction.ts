/**
 * PodTolerationRestriction: the pods of a namespace tolerate what its annotation, or else the configuration, has them
 * tolerate, and nothing that is not on the list of what they may. Who asked for memory tolerates nodes that are short of it.
 */
import { type Namespace, type Pod, type PodSpec, Toleration } from '@pintle/api/core/v1';
import { areCovered, mergeTolerations, qosClassOf } from '@pintle/api/pod-spec';
import { compileNormalizer, decoderWords } from '@pintle/machinery';
import type { ApiCore } from '../../verbs/api-core.js';
import { type AdmissionPlugin, type AdmissionRequest, isWriteOf } from '../admission.js';
import type { AdmissionCaches } from '../admission-caches.js';
import { withNamespace } from '../find-namespace.js';
import { plainFailure } from '../plain-failure.js';

/** Of the whole cluster, for namespaces that say nothing. */
export interface PodTolerationRestrictionConfiguration {
  readonly default?: readonly Toleration[];
  /** Nothing else is allowed; everything where it is empty. */
  readonly whitelist?: readonly Toleration[];
}

const annotations = {
  default: 'scheduler.alpha.kubernetes.io/defaultTolerations',
  whitelist: 'scheduler.alpha.kubernetes.io/tolerationsWhitelist',
} as const;

const memoryPressure: Toleration = Object.freeze({
  key: 'node.kubernetes.io/memory-pressure',
  operator: 'Exists',
  effect: 'NoSchedule',
});

export function podTolerationRestriction(
  core: () => ApiCore,
  caches: AdmissionCaches,
  configuration: PodTolerationRestrictionConfiguration = {},
): AdmissionPlugin {
  const inNamespace = withNamespace(core, caches);
  const check = (tolerations: readonly Toleration[], namespace: Namespace | undefined): void => {
    if (tolerations.length === 0) return;
    const own = annotated(namespace, 'whitelist');
    const allowed = own ?? configuration.whitelist ?? [];
    if (allowed.length === 0 || areCovered(tolerations, allowed)) return;
    const whose = own === undefined ? 'cluster' : 'namespace';
    throw plainFailure(
      `pod tolerations (possibly merged with namespace default tolerations) conflict with its ${whose} whitelist`,
    );
  };
  const tolerating = ({ object, operation }: AdmissionRequest, namespace: Namespace | undefined): Pod => {
    const pod = object as Pod;
    const spec = pod.spec as PodSpec;
    const added = [
      ...(operation === 'CREATE' ? (annotated(namespace, 'default') ?? configuration.default ?? []) : []),
      ...(qosClassOf(spec) === 'BestEffort' ? [] : [memoryPressure]),
    ];
    const present = spec.tolerations ?? [];
    const merged = added.length === 0 ? present : mergeTolerations(present, added);
    check(merged, namespace);
    return merged === present ? pod : { ...pod, spec: { ...spec, tolerations: merged } };
  };
  return {
    name: 'PodTolerationRestriction',
    concerns: isWriteOf('', 'pods'),
    mutate: (request) => inNamespace(request, (namespace) => tolerating(request, namespace)),
    validate: (request) =>
      inNamespace(request, (namespace) => check((request.object as Pod).spec?.tolerations ?? [], namespace)),
  };
}

const toleration = compileNormalizer(Toleration.node, { mode: 'typed' });

/** Undefined where the namespace says nothing; nothing at all is a word, too. Errors: `StatusError` for what is no list. */
function annotated(
  namespace: Namespace | undefined,
  what: keyof typeof annotations,
): readonly Toleration[] | undefined {
  const text = namespace?.metadata.annotations?.[annotations[what]];
  if (text === undefined || text === '') return text === undefined ? undefined : [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(text) ?? [];
  } catch (error) {
    throw plainFailure((error as Error).message, error);
  }
  if (!Array.isArray(parsed)) {
    const type = typeof parsed === 'boolean' ? 'bool' : typeof parsed;
    throw plainFailure(`json: cannot unmarshal ${type} into Go value of type []v1.Toleration`);
  }
  return parsed.map((item: unknown) => {
    const { value, errors } = toleration(item, undefined);
    if (errors.length > 0) throw plainFailure(decoderWords(Toleration.node, 'Toleration', errors));
    return value as Toleration;
  });
}
