/**
 * Writes the notation of every built-in kind from the reference and `facts.ts`, into `packages/api/src`. Run it
 * when the reference is of a newer Kubernetes: `npx tsx tools/api-notation/write-notation.ts`, then format.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defaults, enums, omittedWhenUnsaid, pointers } from './facts.js';
import { type ApiResource, type OpenApiSchema, type Reference, readReference } from './reference.js';
import { fileOf } from './topics.js';

const output = resolve('packages/api/src');
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.';
const fromMachinery = new Set([
  'ObjectMeta',
  'OwnerReference',
  'ManagedFieldsEntry',
  'LabelSelector',
  'LabelSelectorRequirement',
  'Condition',
  'DeleteOptions',
  'Preconditions',
  'ListMeta',
  'FieldSelectorRequirement',
]);
/** Types of the reference that are a notation of their own here. */
const scalars: Readonly<Record<string, string>> = {
  [`${meta}Time`]: 'time',
  [`${meta}MicroTime`]: 'microTime',
  [`${meta}Duration`]: 'duration',
  [`${meta}FieldsV1`]: 'any',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intOrString',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
};

const schemaProps = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps';
/** Types that are one of several, by the numbers that these have in the message of the type; `self` is a schema of a schema. */
const unions: Readonly<Record<string, readonly (readonly [number: number, builder: string])[]>> = {
  [`${schemaProps}OrArray`]: [
    [1, 'self'],
    [2, 'list(self)'],
  ],
  [`${schemaProps}OrBool`]: [
    [1, 'boolean()'],
    [2, 'self'],
  ],
  [`${schemaProps}OrStringArray`]: [
    [1, 'self'],
    [2, 'list(string())'],
  ],
};

/** A type of the notation: where it stands, and what it is made of. */
interface NotedType {
  readonly openApiName: string;
  readonly name: string;
  readonly folder: string;
  readonly file: string;
  readonly schema: OpenApiSchema;
}

const nameOf = (openApiName: string) => openApiName.slice(openApiName.lastIndexOf('.') + 1);
const folderOf = (openApiName: string): string | undefined => {
  const match = /(?:^io\.k8s\.api|\.pkg\.apis)\.([a-z]+)\.(v\w+)\.\w+$/.exec(openApiName);
  return match === null || match[1] === 'meta' ? undefined : `${match[1]}/${match[2]}`;
};
const refOf = (schema: OpenApiSchema): string | undefined =>
  (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace('#/components/schemas/', '');

function main(): void {
  const reference = readReference();
  if (reference === undefined) throw new Error('the reference folder is not there; set PINTLE_REFERENCE');
  const types = new Map<string, NotedType>();
  for (const [openApiName, schema] of reference.schemas) {
    const folder = folderOf(openApiName);
    if (folder === undefined || openApiName in scalars || openApiName in unions || isList(reference, openApiName))
      continue;
    const name = nameOf(openApiName);
    types.set(openApiName, { openApiName, name, folder, file: fileOf(folder, name), schema });
  }
  const writer = new NotationWriter(reference, types);
  const folders = new Set([...types.values()].map(({ folder }) => folder));
  for (const folder of folders) writer.writeFolder(folder);
}

function isList(reference: Reference, openApiName: string): boolean {
  const schema = reference.schemas.get(openApiName)!;
  return (
    openApiName.endsWith('List') &&
    schema.properties?.['items'] !== undefined &&
    refOf(schema.properties['metadata'] ?? {}) === `${meta}ListMeta`
  );
}

class NotationWriter {
  constructor(
    private readonly reference: Reference,
    private readonly types: ReadonlyMap<string, NotedType>,
  ) {}

  writeFolder(folder: string): void {
    rmSync(join(output, folder, 'index.ts'), { force: true });
    mkdirSync(join(output, folder), { recursive: true });
    const members = [...this.types.values()]
      .filter((type) => type.folder === folder)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const files = [...new Set(members.map(({ file }) => file))].sort();
    for (const file of files) this.writeFile(folder, file, this.inOrder(members.filter((type) => type.file === file)));
    const exports = files.map((file) => `export * from './${file}.js';`);
    writeFileSync(
      join(output, folder, 'index.ts'),
      `/** The kinds and types of \`${folder.replace(/^core\//, '')}\`. */\n${exports.join('\n')}\n`,
    );
  }

  /** What is used comes before what uses it. */
  private inOrder(types: readonly NotedType[]): readonly NotedType[] {
    const ordered = new Set<NotedType>();
    const visiting = new Set<NotedType>();
    const visit = (type: NotedType) => {
      if (ordered.has(type) || visiting.has(type)) return;
      visiting.add(type);
      for (const used of this.uses(type)) if (types.includes(used)) visit(used);
      ordered.add(type);
    };
    for (const type of types) visit(type);
    return [...ordered];
  }

  private uses(type: NotedType): readonly NotedType[] {
    const found: NotedType[] = [];
    const look = (schema: OpenApiSchema | undefined) => {
      if (schema === undefined) return;
      const used = this.types.get(refOf(schema) ?? '');
      if (used !== undefined) found.push(used);
      look(schema.items);
      look(schema.additionalProperties);
    };
    for (const property of Object.values(type.schema.properties ?? {})) look(property);
    return found;
  }

  private writeFile(folder: string, file: string, types: readonly NotedType[]): void {
    const body: string[] = [];
    const builders = new Set<string>();
    const imports = new Map<string, Set<string>>();
    const use = (module: string, name: string) => imports.set(module, (imports.get(module) ?? new Set()).add(name));
    const declared = new Set<string>();
    for (const type of types) {
      body.push(this.declaration(type, declared, builders, use));
      declared.add(type.openApiName);
    }
    const machinery = [...builders].sort();
    const head = [
      `/** Part of \`${folder.replace(/^core\//, '')}\`, as Kubernetes 1.33 serves it. Field numbers are those of the protobuf encoding. */`,
      `import { ${[...machinery, 'type Infer'].join(', ')} } from '@pintle/machinery';`,
      ...[...imports]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([module, names]) => `import { ${[...names].sort().join(', ')} } from '${module}';`),
    ];
    writeFileSync(join(output, folder, `${file}.ts`), `${head.join('\n')}\n\n${body.join('\n\n')}\n`);
  }

  private declaration(
    type: NotedType,
    declared: ReadonlySet<string>,
    builders: Set<string>,
    use: (module: string, name: string) => void,
  ): string {
    const { name, openApiName, schema } = type;
    const resource = this.resourceOf(type);
    const facts = openApiName.replace(/^.*\.([a-z]+\.v\w+\.\w+)$/, '$1');
    const lines: string[] = [];
    for (const [field, property] of Object.entries(schema.properties ?? {})) {
      if (resource !== undefined && ['apiVersion', 'kind', 'metadata'].includes(field)) continue;
      const text = this.property(type, field, property, declared, builders, use);
      const omitted = omittedWhenUnsaid[facts]?.includes(field) ? '.omittedWhenUnsaid()' : '';
      const required = schema.required?.includes(field) ? `${omitted}.required()` : '';
      const stated = defaults[facts]?.[field] ?? trivial(property.default);
      const pointer = pointers[facts]?.includes(field) ? '.pointer()' : '';
      const defaulted = stated === undefined ? '' : `.default(${literal(stated)})`;
      const values = enums[facts]?.[field];
      const enumerated =
        values === undefined ? '' : `.enum(${values.map((value) => JSON.stringify(value)).join(', ')})`;
      lines.push(
        `${/^\w+$/.test(field) ? field : JSON.stringify(field)}: ${text}${pointer}${enumerated}${defaulted}${required},`,
      );
    }
    const fields = `{\n${lines.join('\n')}\n}`;
    const alias = `export interface ${name} extends Infer<typeof ${name}> {}`;
    if (resource === undefined) {
      builders.add('object');
      const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? '.atomic()' : '';
      return `export const ${name} = object(() => (${fields}), '${openApiName}')${atomic};\n${alias}`;
    }
    builders.add('defineKind');
    const gvk = schema['x-kubernetes-group-version-kind']![0]!;
    const spec = [
      `group: '${gvk.group}',`,
      `version: '${gvk.version}',`,
      `kind: '${name}',`,
      `plural: '${resource.name}',`,
      resource.singularName === name.toLowerCase() || resource.singularName === ''
        ? ''
        : `singular: '${resource.singularName}',`,
      resource.shortNames === undefined ? '' : `shortNames: ${literal(resource.shortNames)},`,
      resource.categories === undefined ? '' : `categories: ${literal(resource.categories)},`,
      resource.namespaced ? '' : `scope: 'Cluster',`,
      resource.verbs.length === 8 ? '' : `verbs: ${literal(resource.verbs)},`,
      ...this.subresources(resource, gvk),
      `name: '${openApiName}',`,
      `fields: ${fields},`,
    ];
    return `export const ${name} = defineKind({\n${spec.filter((line) => line !== '').join('\n')}\n});\n${alias}`;
  }

  private property(
    type: NotedType,
    field: string,
    property: OpenApiSchema,
    declared: ReadonlySet<string>,
    builders: Set<string>,
    use: (module: string, name: string) => void,
  ): string {
    const placed = this.reference.fieldNumber(type.openApiName, field);
    const base = this.value(type, property, placed?.number, declared, builders, use);
    const listType = property['x-kubernetes-list-type'];
    const keys = property['x-kubernetes-list-map-keys'];
    const mergeKey = property['x-kubernetes-patch-merge-key'];
    const strategy = property['x-kubernetes-patch-strategy']?.split(',');
    let text = placed?.inline === undefined ? base : `${base}.inline(${placed.inline.join(', ')})`;
    if (listType === 'map') text += `.byKeys(${(keys ?? []).map((key) => `'${key}'`).join(', ')})`;
    else if (listType === 'set') text += '.asSet()';
    else if (listType === 'atomic' || property['x-kubernetes-map-type'] === 'atomic' || /^(?:any|choice)\(/.test(base))
      text += '.atomic()';
    else if (property['x-kubernetes-map-type'] === 'granular') text += '.granular()';
    if (mergeKey !== undefined || strategy?.includes('merge')) {
      const more = strategy !== undefined && strategy.join() !== 'merge' ? strategy.map((word) => `'${word}'`) : [];
      text += `.mergeBy(${[mergeKey === undefined ? (more.length > 0 ? 'undefined' : '') : `'${mergeKey}'`, ...more].filter((part) => part !== '').join(', ')})`;
    } else if (strategy !== undefined) text += `.patchStrategy(${strategy.map((word) => `'${word}'`).join(', ')})`;
    return text;
  }

  private value(
    type: NotedType,
    schema: OpenApiSchema,
    number: number | undefined,
    declared: ReadonlySet<string>,
    builders: Set<string>,
    use: (module: string, name: string) => void,
  ): string {
    const at = number === undefined ? '' : String(number);
    const call = (builder: string, argument?: string) => {
      builders.add(builder);
      return `${builder}(${[argument, at].filter((part) => part !== undefined && part !== '').join(', ')})`;
    };
    const target = refOf(schema);
    if (target !== undefined) {
      const scalar = scalars[target];
      if (scalar !== undefined) return call(scalar);
      const union = unions[target];
      if (union !== undefined) {
        const self = this.value(
          type,
          { $ref: `#/components/schemas/${schemaProps}` },
          undefined,
          declared,
          builders,
          use,
        );
        for (const [, builder] of union) for (const [, name = ''] of builder.matchAll(/(\w+)\(/g)) builders.add(name);
        const members = union.map(([number, builder]) => `${number}: ${builder.replace('self', self)}`);
        return call('choice', `{ ${members.join(', ')} }`);
      }
      const name = nameOf(target);
      builders.add('ref');
      if (target.startsWith(meta)) {
        if (!fromMachinery.has(name)) return call('any');
        builders.add(name);
        return call('ref', name).replace('ref(', `ref<${name}>(`);
      }
      const used = this.types.get(target);
      if (used === undefined) return call('any');
      if (used.folder !== type.folder || used.file !== type.file)
        use(used.folder === type.folder ? `./${used.file}.js` : `../../${used.folder}/${used.file}.js`, name);
      else if (!declared.has(target)) {
        builders.add('type AnySchema');
        return call('ref', `(): AnySchema => ${name}`).replace('ref(', `ref<${name}>(`);
      }
      return call('ref', kindSchema(this.resourceOf(used), name)).replace('ref(', `ref<${name}>(`);
    }
    switch (schema.type) {
      case 'string':
        return schema.format === 'byte' ? call('bytes') : schema.format === 'date-time' ? call('time') : call('string');
      case 'boolean':
        return call('boolean');
      case 'integer':
        return call(schema.format === 'int64' ? 'int64' : 'int32');
      case 'number':
        return call('double');
      case 'array':
        return call('list', this.value(type, schema.items ?? {}, undefined, declared, builders, use));
      case 'object':
        return schema.additionalProperties === undefined
          ? call('any')
          : call('map', this.value(type, schema.additionalProperties, undefined, declared, builders, use));
      default:
        return call('any');
    }
  }

  private resourceOf(type: NotedType): ApiResource | undefined {
    const gvk = type.schema['x-kubernetes-group-version-kind'];
    if (gvk?.length !== 1) return undefined;
    const { group, version, kind } = gvk[0]!;
    const resources = this.reference.resources.get(group === '' ? version : `${group}/${version}`) ?? [];
    return resources.find(
      (resource) => resource.kind === kind && !resource.name.includes('/') && resource.group === undefined,
    );
  }

  private subresources(
    resource: ApiResource,
    gvk: { readonly group: string; readonly version: string },
  ): readonly string[] {
    const all = (
      this.reference.resources.get(gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`) ?? []
    ).filter(({ name }) => name.startsWith(`${resource.name}/`));
    const named = (name: string) => all.find((candidate) => candidate.name === `${resource.name}/${name}`);
    const parts = [
      named('status') === undefined ? '' : 'status: true',
      named('scale') === undefined ? '' : `scale: ${scalePaths}`,
    ].filter((part) => part !== '');
    const others = all
      .filter(({ name }) => name !== `${resource.name}/status` && name !== `${resource.name}/scale`)
      .map(({ name, kind, group, version, verbs }) =>
        literal({
          name: name.slice(resource.name.length + 1),
          kind,
          ...(group === undefined ? {} : { group }),
          ...(version === undefined ? {} : { version }),
          verbs,
        }),
      );
    return [
      parts.length === 0 ? '' : `subresources: { ${parts.join(', ')} },`,
      others.length === 0 ? '' : `otherSubresources: [${others.join(', ')}],`,
    ];
  }
}

const kindSchema = (resource: ApiResource | undefined, name: string) =>
  resource === undefined ? name : `${name}.schema`;

/** Where each built-in kind that scales keeps its numbers. */
const scalePaths =
  "{ specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.spec.selector' }";

/** Zero values of Go are no defaults. */
function trivial(value: unknown): unknown {
  if (value === '' || value === 0 || value === false) return undefined;
  return typeof value === 'object' ? undefined : value;
}

function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"(\w+)":/g, '$1: ');
}

main();
