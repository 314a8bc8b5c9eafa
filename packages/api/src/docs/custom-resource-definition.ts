/** What `kubectl explain` says of CustomResourceDefinitions. */
import type { FieldDocs } from '@pintle/machinery';

const extensions = (type: string) => `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${type}`;

export const customResourceDefinitionDocs: FieldDocs = {
  [extensions('CustomResourceDefinition')]: {
    about: 'Adds a kind of your own to the API.',
    fields: {
      apiVersion: 'Version of this notation: apiextensions.k8s.io/v1.',
      kind: 'The kind: CustomResourceDefinition.',
      metadata: 'Name, labels and other metadata. The name must be PLURAL.GROUP.',
      spec: 'The kind: its names, versions and schemas.',
      status: 'Whether it is served, and under which names.',
    },
  },
  [extensions('CustomResourceDefinitionSpec')]: {
    about: 'The kind: its names, versions and schemas.',
    fields: {
      conversion: 'How objects are turned from one version into another.',
      group: 'The API group, a domain name, as example.com.',
      names: 'What the kind is called.',
      preserveUnknownFields: 'Must be false: fields that the schema does not know are dropped.',
      scope: 'Namespaced or Cluster.',
      versions: 'The versions; the order in discovery follows from their names.',
    },
  },
  [extensions('CustomResourceDefinitionNames')]: {
    about: 'What a kind is called.',
    fields: {
      categories: 'Groups of kinds that it belongs to, as all for kubectl get all.',
      kind: 'The kind, as CronTab.',
      listKind: 'The kind of its lists. Default: the kind and List.',
      plural: 'The plural in lower case: its name in URLs.',
      shortNames: 'Short names for the command line.',
      singular: 'The singular in lower case. Default: the kind in lower case.',
    },
  },
  [extensions('CustomResourceDefinitionVersion')]: {
    about: 'One version of the kind.',
    fields: {
      additionalPrinterColumns: 'Columns of kubectl get, beside the name. Default: the age.',
      deprecated: 'Whether clients are warned of this version.',
      deprecationWarning: 'What they are told, instead of the usual words.',
      name: 'The version, as v1 or v1beta1.',
      schema: 'What its objects look like.',
      selectableFields: 'Fields that field selectors may name.',
      served: 'Whether it is served.',
      storage: 'Whether objects are stored in it; precisely one version is.',
      subresources: 'Whether it has status and scale.',
    },
  },
  [extensions('CustomResourceColumnDefinition')]: {
    about: 'A column of kubectl get.',
    fields: {
      description: 'What it shows.',
      format: 'How a value is meant, as date or int32.',
      jsonPath: 'Where the value is, as .spec.replicas.',
      name: 'Its heading.',
      priority: '0: always shown; more: only with -o wide.',
      type: 'integer, number, string, boolean or date.',
    },
  },
  [extensions('CustomResourceSubresources')]: {
    about: 'The subresources of a version.',
    fields: {
      scale: 'Makes it scalable, by kubectl scale and autoscalers.',
      status: 'Separates the status from the rest: each is written at a path of its own.',
    },
  },
  [extensions('CustomResourceSubresourceScale')]: {
    about: 'Where the scale subresource finds its numbers.',
    fields: {
      labelSelectorPath: 'The selector of the pods, as text, under .status or .spec.',
      specReplicasPath: 'The replicas wished for, under .spec.',
      statusReplicasPath: 'The replicas there are, under .status.',
    },
  },
  [extensions('CustomResourceValidation')]: {
    about: 'What objects look like.',
    fields: { openAPIV3Schema: 'A structural OpenAPI v3 schema: checks, defaults and pruning follow it.' },
  },
  [extensions('CustomResourceConversion')]: {
    about: 'How objects are turned from one version into another.',
    fields: {
      strategy: 'None: only apiVersion changes. Webhook: a server is asked.',
      webhook: 'The server to ask.',
    },
  },
  [extensions('SelectableField')]: {
    about: 'A field that field selectors may name.',
    fields: { jsonPath: 'Where it is, as .spec.color; a string, number or boolean.' },
  },
  [extensions('CustomResourceDefinitionStatus')]: {
    about: 'Whether it is served, and under which names.',
    fields: {
      acceptedNames: 'The names in force; others may have had them first.',
      conditions: 'NamesAccepted, Established and others.',
      storedVersions: 'Versions that objects may still be stored in. Only a version that is not here may be removed.',
    },
  },
  [extensions('CustomResourceDefinitionCondition')]: {
    about: 'One thing that is or is not so of the definition.',
    fields: {
      lastTransitionTime: 'When the status last changed.',
      message: 'Why, for people.',
      reason: 'Why, in one word.',
      status: 'True, False or Unknown.',
      type: 'NamesAccepted, Established, Terminating and others.',
    },
  },
};
