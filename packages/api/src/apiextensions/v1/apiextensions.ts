/** Part of `apiextensions/v1`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */
import {
  type AnySchema,
  any,
  boolean,
  bytes,
  choice,
  defineKind,
  double,
  type Infer,
  int32,
  int64,
  list,
  map,
  object,
  ref,
  string,
  time,
} from '@pintle/machinery';

export const CustomResourceColumnDefinition = object(
  () => ({
    description: string(4),
    format: string(3),
    jsonPath: string(6).required(),
    name: string(1).required(),
    priority: int32(5),
    type: string(2).required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
);
export interface CustomResourceColumnDefinition extends Infer<typeof CustomResourceColumnDefinition> {}

export const ServiceReference = object(
  () => ({
    name: string(2).required(),
    namespace: string(1).required(),
    path: string(3).pointer(),
    port: int32(4).pointer().default(443),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ServiceReference',
);
export interface ServiceReference extends Infer<typeof ServiceReference> {}

export const WebhookClientConfig = object(
  () => ({
    caBundle: bytes(2),
    service: ref<ServiceReference>(ServiceReference, 1),
    url: string(3).pointer(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookClientConfig',
);
export interface WebhookClientConfig extends Infer<typeof WebhookClientConfig> {}

export const WebhookConversion = object(
  () => ({
    clientConfig: ref<WebhookClientConfig>(WebhookClientConfig, 2),
    conversionReviewVersions: list(string(), 3).atomic().required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.WebhookConversion',
);
export interface WebhookConversion extends Infer<typeof WebhookConversion> {}

export const CustomResourceConversion = object(
  () => ({
    strategy: string(1).required(),
    webhook: ref<WebhookConversion>(WebhookConversion, 2),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceConversion',
);
export interface CustomResourceConversion extends Infer<typeof CustomResourceConversion> {}

export const CustomResourceDefinitionNames = object(
  () => ({
    categories: list(string(), 6).atomic(),
    kind: string(4).required(),
    listKind: string(5),
    plural: string(1).required(),
    shortNames: list(string(), 3).atomic(),
    singular: string(2),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
);
export interface CustomResourceDefinitionNames extends Infer<typeof CustomResourceDefinitionNames> {}

export const ExternalDocumentation = object(
  () => ({
    description: string(1),
    url: string(2),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation',
);
export interface ExternalDocumentation extends Infer<typeof ExternalDocumentation> {}

export const ValidationRule = object(
  () => ({
    fieldPath: string(5),
    message: string(2),
    messageExpression: string(3),
    optionalOldSelf: boolean(6).pointer(),
    reason: string(4).pointer(),
    rule: string(1).required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule',
);
export interface ValidationRule extends Infer<typeof ValidationRule> {}

export const JSONSchemaProps = object(
  () => ({
    $ref: string(3).pointer(),
    $schema: string(2),
    additionalItems: choice({ 1: boolean(), 2: ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps) }, 33).atomic(),
    additionalProperties: choice(
      { 1: boolean(), 2: ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps) },
      30,
    ).atomic(),
    allOf: list(
      ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
      25,
    ).atomic(),
    anyOf: list(
      ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
      27,
    ).atomic(),
    default: any(8).atomic(),
    definitions: map(
      ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
      34,
    ),
    dependencies: map(
      choice({ 1: ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps), 2: list(string()) }).atomic(),
      32,
    ).keepsEmpty(),
    description: string(4),
    enum: list(any(), 20).atomic(),
    example: any(36).atomic(),
    exclusiveMaximum: boolean(10),
    exclusiveMinimum: boolean(12),
    externalDocs: ref<ExternalDocumentation>(ExternalDocumentation, 35),
    format: string(6),
    id: string(1),
    items: choice(
      {
        1: ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
        2: list(ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps)),
      },
      24,
    ).atomic(),
    maxItems: int64(16).pointer(),
    maxLength: int64(13).pointer(),
    maxProperties: int64(21).pointer(),
    maximum: double(9).pointer(),
    minItems: int64(17).pointer(),
    minLength: int64(14).pointer(),
    minProperties: int64(22).pointer(),
    minimum: double(11).pointer(),
    multipleOf: double(19).pointer(),
    not: ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps, 28),
    nullable: boolean(37),
    oneOf: list(
      ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
      26,
    ).atomic(),
    pattern: string(15),
    patternProperties: map(
      ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
      31,
    ),
    properties: map(
      ref<JSONSchemaProps>((): AnySchema => JSONSchemaProps),
      29,
    ),
    required: list(string(), 23).atomic(),
    title: string(7),
    type: string(5),
    uniqueItems: boolean(18),
    'x-kubernetes-embedded-resource': boolean(39),
    'x-kubernetes-int-or-string': boolean(40),
    'x-kubernetes-list-map-keys': list(string(), 41).atomic(),
    'x-kubernetes-list-type': string(42).pointer(),
    'x-kubernetes-map-type': string(43).pointer(),
    'x-kubernetes-preserve-unknown-fields': boolean(38).pointer(),
    'x-kubernetes-validations': list(ref<ValidationRule>(ValidationRule), 44).byKeys('rule').mergeBy('rule'),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
);
export interface JSONSchemaProps extends Infer<typeof JSONSchemaProps> {}

export const CustomResourceValidation = object(
  () => ({
    openAPIV3Schema: ref<JSONSchemaProps>(JSONSchemaProps, 1),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation',
);
export interface CustomResourceValidation extends Infer<typeof CustomResourceValidation> {}

export const SelectableField = object(
  () => ({
    jsonPath: string(1).required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField',
);
export interface SelectableField extends Infer<typeof SelectableField> {}

export const CustomResourceSubresourceScale = object(
  () => ({
    labelSelectorPath: string(3).pointer(),
    specReplicasPath: string(1).required(),
    statusReplicasPath: string(2).required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
);
export interface CustomResourceSubresourceScale extends Infer<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresourceStatus = object(
  {},
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
);
export interface CustomResourceSubresourceStatus extends Infer<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceSubresources = object(
  () => ({
    scale: ref<CustomResourceSubresourceScale>(CustomResourceSubresourceScale, 2),
    status: ref<CustomResourceSubresourceStatus>(CustomResourceSubresourceStatus, 1),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources',
);
export interface CustomResourceSubresources extends Infer<typeof CustomResourceSubresources> {}

export const CustomResourceDefinitionVersion = object(
  () => ({
    additionalPrinterColumns: list(ref<CustomResourceColumnDefinition>(CustomResourceColumnDefinition), 6).atomic(),
    deprecated: boolean(7),
    deprecationWarning: string(8).pointer(),
    name: string(1).required(),
    schema: ref<CustomResourceValidation>(CustomResourceValidation, 4),
    selectableFields: list(ref<SelectableField>(SelectableField), 9).atomic(),
    served: boolean(2).required(),
    storage: boolean(3).required(),
    subresources: ref<CustomResourceSubresources>(CustomResourceSubresources, 5),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
);
export interface CustomResourceDefinitionVersion extends Infer<typeof CustomResourceDefinitionVersion> {}

export const CustomResourceDefinitionSpec = object(
  () => ({
    conversion: ref<CustomResourceConversion>(CustomResourceConversion, 9).default({ strategy: 'None' }),
    group: string(1).required(),
    names: ref<CustomResourceDefinitionNames>(CustomResourceDefinitionNames, 3).alwaysThere().required(),
    preserveUnknownFields: boolean(10),
    scope: string(4).required(),
    versions: list(ref<CustomResourceDefinitionVersion>(CustomResourceDefinitionVersion), 7).atomic().required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
);
export interface CustomResourceDefinitionSpec extends Infer<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceDefinitionCondition = object(
  () => ({
    lastTransitionTime: time(3).alwaysThere(),
    message: string(5),
    reason: string(4),
    status: string(2).required(),
    type: string(1).required(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
);
export interface CustomResourceDefinitionCondition extends Infer<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionStatus = object(
  () => ({
    acceptedNames: ref<CustomResourceDefinitionNames>(CustomResourceDefinitionNames, 2).alwaysThere(),
    conditions: list(ref<CustomResourceDefinitionCondition>(CustomResourceDefinitionCondition), 1).byKeys('type'),
    storedVersions: list(string(), 3).atomic(),
  }),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
);
export interface CustomResourceDefinitionStatus extends Infer<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinition = defineKind({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  subresources: { status: true },
  name: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  fields: {
    spec: ref<CustomResourceDefinitionSpec>(CustomResourceDefinitionSpec, 2).alwaysThere().required(),
    status: ref<CustomResourceDefinitionStatus>(CustomResourceDefinitionStatus, 3).alwaysThere(),
  },
});
export interface CustomResourceDefinition extends Infer<typeof CustomResourceDefinition> {}
