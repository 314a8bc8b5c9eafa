/** The schemas of lists, for the OpenAPI documents, as lists are no kinds of their own. Pure. */
import { apiVersionOf, type Kind } from '@pintle/machinery';
import type { Resource } from '../registry/resource.js';
import { verbsOf } from './discovery.js';
import { listSchemaNameOf, schemaNameOf } from './operation.js';

const listDocs = {
  apiVersion: 'The group and version that the list is of.',
  kind: 'What the list is of, and the word List.',
  metadata: 'What the list says of itself.',
};

/** Lists of the kinds. */
export function listSchemas(resources: readonly Resource[]): Readonly<Record<string, unknown>> {
  const lists = resources
    .filter(({ kind }) => (verbsOf(kind) as readonly string[]).includes('list'))
    .map(({ kind, custom }) => {
      const item = { $ref: `#/components/schemas/${schemaNameOf(kind)}` };
      const metadata = { allOf: [{ $ref: `#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta` }] };
      return [
        listSchemaNameOf(kind),
        {
          type: 'object',
          description: `A list of kind ${kind.kind} in ${apiVersionOf(kind)}.`,
          required: ['items'],
          properties: {
            apiVersion: { type: 'string', description: listDocs.apiVersion },
            items: {
              ...{ type: 'array', description: `List of ${kind.plural}, a page of them or all.` },
              items: custom ? item : { allOf: [item], default: {} },
            },
            kind: { type: 'string', description: listDocs.kind },
            metadata: { ...metadata, description: listDocs.metadata, ...(custom ? {} : { default: {} }) },
          },
          'x-kubernetes-group-version-kind': [{ group: kind.group, version: kind.version, kind: kind.listKind }],
          ...selectable(kind),
        },
      ];
    });
  return Object.fromEntries(lists);
}

/** By what a custom resource may be selected, beside its name. */
export const selectable = ({ selectableFields }: Kind) =>
  selectableFields.length === 0
    ? {}
    : {
        'x-kubernetes-selectable-fields': selectableFields.map((path) => ({ fieldPath: path.replace(/^\./, '') })),
      };
