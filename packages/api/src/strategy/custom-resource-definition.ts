/**
 * CustomResourceDefinitions: names that fit together, one stored version, and a deletion that empties the kind first.
 *
 * **Differs from Kubernetes**: what stands where a schema may stand is judged with all of the definition, and not refused
 * when it is read; that selectable fields stand beside a schema is told once.
 */
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  eachErrors,
  type FieldError,
  forbiddenErrors,
  forbiddenField,
  formatTime,
  immutableField,
  invalidField,
  isFields,
  noErrors,
  requiredChoiceErrors,
  requiredErrors,
  requiredField,
  type Strategy,
  shownTexts,
} from '@pintle/machinery';
import type { CustomResourceDefinition } from '../apiextensions/v1/index.js';
import { partErrors, partPlaces, versionErrors, versionNameErrors } from './custom-resource-version.js';
import { withoutIdleItems } from './idle-items.js';
import { reviewVersionErrors, webhookClientErrors } from './webhook-client.js';
import { specGeneration } from './workloads.js';

const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

export const customResourceDefinitionStrategy: Strategy<CustomResourceDefinition> = {
  ...(specGeneration as unknown as Strategy<CustomResourceDefinition>),
  defaults(given) {
    const crd = withReadSchemas(given);
    const names = crd.spec?.names;
    // What is missing is the validation's affair.
    if (!names?.kind) return crd;
    return {
      ...crd,
      spec: {
        ...crd.spec,
        names: {
          ...names,
          singular: names.singular || names.kind.toLowerCase(),
          listKind: names.listKind || `${names.kind}List`,
        },
        conversion: crd.spec.conversion ?? { strategy: 'None' },
      },
    };
  },
  prepareForCreate: (crd) => ({ ...crd, status: newStatus(crd) }),
  prepareForUpdate: withStoredVersion,
  validateCreate: (crd) => [
    ...ownNameErrors(crd),
    ...errorsOf(crd),
    ...(crd.status?.storedVersions?.length
      ? storageErrors(crd)
      : [invalidField('status.storedVersions', shownTexts(undefined), 'must have at least one stored version')]),
    ...approvalErrors(crd),
    ...pruningErrors(crd),
  ],
  validateStatusUpdate: storedVersionErrors,
  validateUpdate: (crd, old) => [
    ...errorsOf(crd),
    ...storageErrors(crd),
    ...storedVersionErrors(crd),
    ...changeErrors(crd, old),
    ...(old.spec.preserveUnknownFields ? noErrors : pruningErrors(crd)),
  ],
  // The first deletion marks it, so that its objects can go before it does.
  holdsDeletion: ({ metadata }) => metadata.deletionTimestamp === undefined,
  markDeleted(crd, { metadata: { finalizers = [] } }) {
    const { deletionTimestamp } = crd.metadata;
    const terminating = {
      type: 'Terminating',
      status: 'True',
      reason: 'InstanceDeletionPending',
      message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
      lastTransitionTime: deletionTimestamp ?? formatTime(0),
    };
    const conditions = [...(crd.status?.conditions ?? []).filter(({ type }) => type !== 'Terminating'), terminating];
    return {
      ...crd,
      metadata: {
        ...crd.metadata,
        finalizers: finalizers.includes(cleanupFinalizer) ? finalizers : [...finalizers, cleanupFinalizer],
      },
      status: { ...crd.status, conditions } as NonNullable<CustomResourceDefinition['status']>,
    };
  },
};

function withReadSchemas(crd: CustomResourceDefinition): CustomResourceDefinition {
  const { versions } = crd.spec ?? {};
  const read = versions?.map((version) => {
    const openAPIV3Schema = version.schema?.openAPIV3Schema;
    const made = openAPIV3Schema === undefined ? undefined : withoutIdleItems(openAPIV3Schema);
    return made === openAPIV3Schema ? version : { ...version, schema: { ...version.schema, openAPIV3Schema: made! } };
  });
  const isSame = read === undefined || read.every((version, index) => version === versions?.[index]);
  return isSame ? crd : { ...crd, spec: { ...crd.spec, versions: read } };
}

type Status = NonNullable<CustomResourceDefinition['status']>;

/** Conditions are null, as Go writes them, until there are some: who adds the first has not made the list. */
const newStatus = (crd: CustomResourceDefinition): Status => ({
  ...({ conditions: null } as unknown as Pick<Status, 'conditions'>),
  acceptedNames: { plural: '', kind: '' },
  storedVersions: storageVersions(crd),
});

/** What is stored from now on is known to be. */
function withStoredVersion(crd: CustomResourceDefinition): CustomResourceDefinition {
  const known = crd.status?.storedVersions ?? [];
  const added = storageVersions(crd).filter((name) => !known.includes(name));
  if (added.length === 0) return crd;
  return { ...crd, status: { ...(crd.status as Status), storedVersions: [...known, ...added] } };
}

/** The first that is stored; there should be no more. */
const storageVersions = ({ spec }: CustomResourceDefinition): readonly string[] =>
  (spec.versions ?? [])
    .filter(({ storage }) => storage)
    .slice(0, 1)
    .map(({ name }) => name);

/** What is stored from now on is to be known of. */
function storageErrors({ spec: { versions = [] }, status }: CustomResourceDefinition): readonly FieldError[] {
  const stored = status?.storedVersions ?? [];
  // Of two of one name the second finds it no more.
  const left = new Set(stored);
  return versions.flatMap(({ name, storage }) =>
    left.delete(name) || !storage
      ? []
      : [invalidField('status.storedVersions', stored, `must have the storage version ${name}`)],
  );
}

/** A version that objects may still lie in cannot go. */
function storedVersionErrors({ spec, status }: CustomResourceDefinition): readonly FieldError[] {
  const known = spec.versions.map(({ name }) => name);
  return (status?.storedVersions ?? []).flatMap((version, index) =>
    known.includes(version)
      ? []
      : [
          invalidField(
            `status.storedVersions[${index}]`,
            version,
            `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
          ),
        ],
  );
}

const approvalAnnotation = 'api-approved.kubernetes.io';

/** Groups of the Kubernetes project are for kinds that it has approved. */
function approvalErrors({ spec, metadata }: CustomResourceDefinition): readonly FieldError[] {
  const owned = ['k8s.io', 'kubernetes.io'].some(
    (domain) => spec.group === domain || spec.group?.endsWith(`.${domain}`),
  );
  if (!owned || metadata.annotations?.[approvalAnnotation]) return [];
  const detail = `protected groups must have approval annotation "${approvalAnnotation}", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [requiredField(`metadata.annotations[${approvalAnnotation}]`, detail)];
}

function conversionErrors({
  conversion,
  preserveUnknownFields,
}: CustomResourceDefinition['spec']): readonly FieldError[] {
  const { strategy = 'None', webhook } = conversion ?? {};
  const path = 'spec.conversion';
  const versions = webhook?.conversionReviewVersions ?? [];
  const errors = [
    ...(preserveUnknownFields && strategy !== 'None'
      ? [invalidField(`${path}.strategy`, strategy, 'must be None if spec.preserveUnknownFields is true')]
      : noErrors),
    ...requiredChoiceErrors(strategy, `${path}.strategy`, ['None', 'Webhook']),
  ];
  // The names of the fields are those that they have within Kubernetes.
  if (strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    return [
      ...errors,
      ...(webhook?.clientConfig === undefined ? noErrors : [forbiddenField(`${path}.webhookClientConfig`, detail)]),
      ...forbiddenErrors(versions, `${path}.conversionReviewVersions`, detail),
    ];
  }
  return [
    ...errors,
    ...(webhook?.clientConfig === undefined
      ? [requiredField(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook')]
      : webhookClientErrors(webhook.clientConfig, `${path}.webhookClientConfig`)),
    ...reviewVersionErrors(versions, `${path}.conversionReviewVersions`),
  ];
}

/** Which of its names it bears, it says once. */
function ownNameErrors({ metadata, spec: { names, group } }: CustomResourceDefinition): readonly FieldError[] {
  return (['generateName', 'name'] as const).flatMap((field) =>
    !metadata[field] || metadata[field] === `${names.plural}.${group}`
      ? noErrors
      : [invalidField(`metadata.${field}`, metadata[field], 'must be spec.names.plural+"."+spec.group')],
  );
}

function errorsOf(crd: CustomResourceDefinition): readonly FieldError[] {
  const { group, names, scope, versions = [] } = crd.spec;
  const versionNames = versions.map(({ name }) => name);
  const places = partPlaces(versions);
  const isAlike = (place: string | undefined) => !place?.startsWith('spec.versions[');
  const parts = (alike: boolean) =>
    versions.flatMap((version, index) => {
      const chosen = Object.entries(places[index]!).filter(([, place]) => isAlike(place) === alike);
      const hasStatus = (alike ? versions : [version]).some(({ subresources }) => subresources?.status !== undefined);
      return partErrors(version, Object.fromEntries(chosen), hasStatus);
    });
  return [
    ...defaultErrors(crd),
    ...groupErrors(group, 'spec.group'),
    ...requiredChoiceErrors(scope, 'spec.scope', ['Cluster', 'Namespaced']),
    ...eachErrors(versions, 'spec.versions', versionErrors),
    ...parts(false),
    ...(new Set(versionNames).size < versions.length
      ? [invalidField('spec.versions', versionNames, 'must contain unique version names')]
      : noErrors),
    ...(versions.filter(({ storage }) => storage).length === 1
      ? noErrors
      : [
          invalidField(
            'spec.versions',
            versions.length === 0
              ? shownTexts(undefined, 'apiextensions.CustomResourceDefinitionVersion')
              : versionNames,
            'must have exactly one version marked as storage version',
          ),
        ]),
    // The first has a field of its own within kube-apiserver.
    ...versions.slice(0, 1).flatMap(({ name }) => (name ? versionNameErrors(name, 'spec.version') : noErrors)),
    ...nameErrors(names, 'spec.names'),
    ...parts(true),
    ...conversionErrors(crd.spec),
  ];
}

function groupErrors(group: string | undefined, path: string): readonly FieldError[] {
  if (!group) return [requiredField(path)];
  const messages = dns1123SubdomainErrors(group);
  if (messages.length > 0) return [invalidField(path, group, messages.join(','))];
  return group.includes('.') ? noErrors : [invalidField(path, group, 'should be a domain with at least one dot')];
}

function nameErrors(names: CustomResourceDefinition['spec']['names'], path: string): readonly FieldError[] {
  const { plural, singular, kind, listKind, shortNames, categories } = names;
  const label = (value: string, at: string, before = '', text = value) => {
    const messages = dns1035LabelErrors(text);
    return messages.length === 0 ? noErrors : [invalidField(at, value, `${before}${messages.join(',')}`)];
  };
  const cased = (value: string, at: string) =>
    label(value, at, 'may have mixed case, but should otherwise match: ', value.toLowerCase());
  return [
    ...requiredErrors(plural, `${path}.plural`),
    ...requiredErrors(kind, `${path}.kind`),
    // What is not said of these is made of the kind.
    ...(kind
      ? noErrors
      : [...requiredErrors(singular, `${path}.singular`), ...requiredErrors(listKind, `${path}.listKind`)]),
    ...(plural ? label(plural, `${path}.plural`) : noErrors),
    ...(singular ? label(singular, `${path}.singular`) : noErrors),
    ...(kind ? cased(kind, `${path}.kind`) : noErrors),
    ...(listKind ? cased(listKind, `${path}.listKind`) : noErrors),
    ...eachErrors(shortNames, `${path}.shortNames`, (name, at) => label(name, at)),
    ...(kind && kind === listKind
      ? [invalidField(`${path}.listKind`, listKind, 'kind and listKind may not be the same')]
      : noErrors),
    ...eachErrors(categories, `${path}.categories`, (category, at) => label(category, at)),
  ];
}

/** What it is stored by cannot change; once it is established, nor can what its objects are. */
function changeErrors({ spec }: CustomResourceDefinition, old: CustomResourceDefinition): readonly FieldError[] {
  const isEstablished = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
  const fixed = (now: string, before: string, path: string) =>
    now === before ? noErrors : [immutableField(path, now)];
  return [
    ...(isEstablished
      ? [
          ...fixed(spec.scope, old.spec.scope, 'spec.scope'),
          ...fixed(spec.names.kind, old.spec.names.kind, 'spec.names.kind'),
        ]
      : noErrors),
    ...fixed(spec.group, old.spec.group, 'spec.group'),
    ...fixed(spec.names.plural, old.spec.names.plural, 'spec.names.plural'),
  ];
}

/** What is not pruned is not filled in. */
function defaultErrors({
  spec: { preserveUnknownFields, versions = [] },
}: CustomResourceDefinition): readonly FieldError[] {
  if (!preserveUnknownFields || !versions.some(({ schema }) => fillsIn(schema?.openAPIV3Schema))) return noErrors;
  return [invalidField('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema')];
}

/** Whether there is a default in a schema, or anywhere within it. */
function fillsIn(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(fillsIn);
  if (!isFields(schema)) return false;
  if (schema['default'] !== undefined && schema['default'] !== null) return true;
  return (
    placesOfSchemas.some((place) => fillsIn(schema[place])) ||
    placesOfNamed.some((place) => isFields(schema[place]) && Object.values(schema[place]).some(fillsIn))
  );
}
const placesOfSchemas = ['items', 'allOf', 'oneOf', 'anyOf', 'not', 'additionalProperties', 'additionalItems'];
const placesOfNamed = ['properties', 'patternProperties', 'definitions', 'dependencies'];

const unpruned =
  'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
const pruningErrors = ({ spec }: CustomResourceDefinition): readonly FieldError[] =>
  spec.preserveUnknownFields ? [invalidField('spec.preserveUnknownFields', true, unpruned)] : noErrors;
