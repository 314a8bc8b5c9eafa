/** What must hold of every object's metadata (apimachinery `ValidateObjectMeta` and its update). */
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  pathSegmentErrors,
  qualifiedNameErrors,
} from '../names/names.js';
import type { FieldError } from '../status/field-error.js';
import { forbiddenField, immutableField, invalidField, requiredField, tooLongField } from '../status/field-errors.js';
import type { ObjectMeta, OwnerReference } from './v1.js';

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** What is wrong with a name; DNS subdomain unless given. `prefix`: it is a generateName. */
  readonly nameErrors?: (name: string, prefix: boolean) => readonly string[];
  /** Finalizers need a domain and a path, but for the standard ones: of most built-in kinds, of no others. */
  readonly qualifiedFinalizers?: boolean;
  /** An update judges the generateName by `nameErrors`, too. */
  readonly judgesPrefixAgain?: boolean;
}

/** Of keys and values of all annotations together. */
const annotationsBytesMax = 256 * 1024;

type NameErrors = NonNullable<ObjectMetaRules['nameErrors']>;

const subdomainErrors: NameErrors = (name, prefix) => dns1123SubdomainErrors(prefix ? maskTrailingDash(name) : name);

const prefixErrors = ({ generateName = '' }: ObjectMeta, nameErrors: NameErrors, path: string) =>
  generateName === ''
    ? []
    : nameErrors(generateName, true).map((message) => invalidField(`${path}.generateName`, generateName, message));

export function validateObjectMeta(
  metadata: ObjectMeta,
  rules: ObjectMetaRules,
  path = 'metadata',
): readonly FieldError[] {
  const nameErrors = rules.nameErrors ?? subdomainErrors;
  const errors: FieldError[] = [...prefixErrors(metadata, nameErrors, path)];
  if (!metadata.name) errors.push(requiredField(`${path}.name`, 'name or generateName is required'));
  else
    for (const message of nameErrors(metadata.name, false))
      errors.push(invalidField(`${path}.name`, metadata.name, message));
  if (rules.namespaced) {
    if (!metadata.namespace) errors.push(requiredField(`${path}.namespace`));
    else
      for (const message of dns1123LabelErrors(metadata.namespace))
        errors.push(invalidField(`${path}.namespace`, metadata.namespace, message));
  } else if (metadata.namespace) errors.push(forbiddenField(`${path}.namespace`, 'not allowed on this type'));
  errors.push(...validateAlways(metadata, path));
  if ((metadata.generation ?? 0) < 0)
    errors.push(invalidField(`${path}.generation`, metadata.generation, 'must be greater than or equal to 0'));
  errors.push(...validateFinalizers(metadata, rules, path));
  return errors;
}

/** Of creation and of every update. */
function validateAlways(metadata: ObjectMeta, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (metadata.labels !== undefined) errors.push(...validateLabels(metadata.labels, `${path}.labels`));
  if (metadata.annotations !== undefined)
    errors.push(...validateAnnotations(metadata.annotations, `${path}.annotations`));
  if (metadata.ownerReferences !== undefined)
    errors.push(...validateOwnerReferences(metadata.ownerReferences, `${path}.ownerReferences`));
  for (const finalizer of metadata.finalizers ?? [])
    for (const message of qualifiedNameErrors(finalizer))
      errors.push(invalidField(`${path}.finalizers`, finalizer, message));
  if (metadata.finalizers?.includes('orphan') && metadata.finalizers.includes('foregroundDeletion'))
    errors.push(
      invalidField(
        `${path}.finalizers`,
        metadata.finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  return errors;
}

/** A generated name may end in `-`, as more follows. */
export const maskTrailingDash = (name: string) =>
  name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;

export function validateLabels(labels: Readonly<Record<string, string>>, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key in labels) {
    for (const message of qualifiedNameErrors(key)) errors.push(invalidField(path, key, message));
    for (const message of labelValueErrors(labels[key]!)) errors.push(invalidField(path, labels[key], message));
  }
  return errors;
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let total = 0;
  for (const key in annotations) {
    for (const message of qualifiedNameErrors(key.toLowerCase())) errors.push(invalidField(path, key, message));
    total += key.length + annotations[key]!.length;
  }
  if (total > annotationsBytesMax) errors.push(tooLongField(path, '', annotationsBytesMax));
  return errors;
}

/** Whether it is neither one of Kubernetes' own nor of a domain. */
export const isBareFinalizer = (finalizer: string) =>
  !finalizer.includes('/') &&
  finalizer !== 'orphan' &&
  finalizer !== 'foregroundDeletion' &&
  finalizer !== 'kubernetes';

export const bareFinalizer = 'name is neither a standard finalizer name nor is it fully qualified';

const validateFinalizers = (
  { finalizers = [] }: ObjectMeta,
  rules: ObjectMetaRules,
  path: string,
): readonly FieldError[] =>
  rules.qualifiedFinalizers !== true
    ? []
    : finalizers.flatMap((finalizer, index) =>
        isBareFinalizer(finalizer) ? [invalidField(`${path}.finalizers[${index}]`, finalizer, bareFinalizer)] : [],
      );

/** What is said of new finalizers where any are taken: of custom objects. */
export function finalizerWarnings({ finalizers = [] }: ObjectMeta, old?: ObjectMeta): readonly string[] {
  const added = [...new Set(finalizers.filter((finalizer) => !old?.finalizers?.includes(finalizer)))].sort();
  return added.flatMap((finalizer) =>
    [
      ...qualifiedNameErrors(finalizer),
      ...(isBareFinalizer(finalizer)
        ? [
            `prefer a domain-qualified finalizer name ${finalizer.includes('.') ? 'including a path (/) ' : ''}to avoid accidental conflicts with other finalizer writers`,
          ]
        : []),
    ].map((message) => `metadata.finalizers: ${JSON.stringify(finalizer)}: ${message}`),
  );
}

/** `VERSION` or `GROUP/VERSION`; of more parts than two, Go takes none. */
function hasVersion(apiVersion = ''): boolean {
  const parts = apiVersion.split('/');
  return parts.length <= 2 && parts.at(-1) !== '';
}

function validateOwnerReferences(owners: readonly OwnerReference[], path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  let controller: OwnerReference | undefined;
  for (const owner of owners) {
    if (!hasVersion(owner.apiVersion))
      errors.push(invalidField(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
    for (const field of ['kind', 'name', 'uid'] as const)
      if (!owner[field])
        errors.push(invalidField(`${path}.${field}`, owner[field] ?? '', `${field} must not be empty`));
    if (owner.apiVersion === 'v1' && owner.kind === 'Event')
      errors.push(invalidField(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
    if (!owner.controller) continue;
    if (controller !== undefined) {
      errors.push(
        invalidField(
          path,
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`,
        ),
      );
    }
    controller = owner;
  }
  return errors;
}

export function validateObjectMetaUpdate(
  metadata: ObjectMeta,
  old: ObjectMeta,
  rules: ObjectMetaRules,
  path = 'metadata',
): readonly FieldError[] {
  const errors: FieldError[] = [
    ...prefixErrors(metadata, pathSegmentErrors, path),
    ...(rules.judgesPrefixAgain === true ? prefixErrors(metadata, rules.nameErrors ?? subdomainErrors, path) : []),
    ...validateAlways(metadata, path),
    ...validateFinalizers(metadata, rules, path),
  ];
  const keep = (
    field: 'name' | 'namespace' | 'uid' | 'creationTimestamp' | 'deletionTimestamp' | 'deletionGracePeriodSeconds',
  ) => {
    if (metadata[field] !== old[field]) errors.push(immutableField(`${path}.${field}`, metadata[field]));
  };
  for (const field of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ] as const)
    keep(field);
  if ((metadata.generation ?? 0) < (old.generation ?? 0))
    errors.push(invalidField(`${path}.generation`, metadata.generation, 'must not be decremented'));
  if (old.deletionTimestamp !== undefined && metadata.finalizers !== undefined) {
    const added = metadata.finalizers.filter((name) => !old.finalizers?.includes(name));
    if (added.length > 0) {
      errors.push(
        forbiddenField(
          `${path}.finalizers`,
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`,
        ),
      );
    }
  }
  return errors;
}
