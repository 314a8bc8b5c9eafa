/** Configuration that comes in a file, of kinds that the API does not serve: read by its notation, strictly. Pure. */
import { type AnySchema, compileNormalizer, type FieldError, type Infer, invalidField } from '@pintle/machinery';

export interface ConfigurationKind<S extends AnySchema> {
  readonly kind: string;
  /** Those that say the same. */
  readonly apiVersions: readonly string[];
  readonly notation: S;
}

/** `faults` has all of them; where there are any, `value` is not to be used. */
export function readConfiguration<S extends AnySchema>(
  { kind, apiVersions, notation }: ConfigurationKind<S>,
  data: unknown,
): { readonly value: Infer<S>; readonly faults: readonly FieldError[] } {
  const { value, errors, unknownFields } = compileNormalizer(notation.node, { mode: 'typed' })(data, undefined);
  const said = (data ?? {}) as { readonly apiVersion?: string; readonly kind?: string };
  const [version, name] = [said.apiVersion ?? '', said.kind ?? ''];
  const faults = [
    ...(apiVersions.includes(version) && name === kind
      ? []
      : [invalidField('apiVersion', `${version}, Kind=${name}`, 'no kind of that version is known here')]),
    ...errors.map((fault) => invalidField(fault.field, fault.found, fault.detail)),
    ...unknownFields.map((field) => invalidField(field, '', 'unknown field')),
  ];
  return { value: value as Infer<S>, faults };
}
