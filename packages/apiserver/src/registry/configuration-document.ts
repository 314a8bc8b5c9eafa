/** Configuration that comes in a file, of kinds that the API does not serve: read by its notation, strictly. Pure. */
import { type AnySchema, compileNormalizer, type FieldError, type Infer, invalidField } from '@pintle/machinery';

export interface ConfigurationKind<S extends AnySchema> {
  readonly kind: string;
  /** Those that say the same. */
  readonly apiVersions: readonly string[];
  /** Other names of the same, as `group/version, Kind=Name`. */
  readonly aliases?: readonly string[];
  /** Whether fields that it does not have are passed over, as older kinds do in upstream's server. */
  readonly ignoresUnknownFields?: boolean;
  readonly notation: S;
}

/** `faults` has all of them; where there are any, `value` is not to be used. */
export function readConfiguration<S extends AnySchema>(
  { kind, apiVersions, aliases = [], ignoresUnknownFields = false, notation }: ConfigurationKind<S>,
  data: unknown,
): { readonly value: Infer<S>; readonly faults: readonly FieldError[] } {
  const { value, errors, unknownFields } = compileNormalizer(notation.node, { mode: 'typed' })(data, undefined);
  const { apiVersion: version = '', kind: name = '' } = (data ?? {}) as { apiVersion?: string; kind?: string };
  const called = `${version}, Kind=${name}`;
  const faults = [
    ...((apiVersions.includes(version) && name === kind) || aliases.includes(called)
      ? []
      : [invalidField('apiVersion', called, 'no kind of that version is known here')]),
    ...errors.map((fault) => invalidField(fault.field, fault.found, fault.detail)),
    ...(ignoresUnknownFields ? [] : unknownFields).map((field) => invalidField(field, '', 'unknown field')),
  ];
  return { value: value as Infer<S>, faults };
}
