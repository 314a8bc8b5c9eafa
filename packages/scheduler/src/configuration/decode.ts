/** From data to a value of a notation: unknown fields, wrong types and missing fields are errors that name their path. */
import {
  compileNormalizer,
  type FieldError,
  forbiddenField,
  type Infer,
  type Schema,
  validateSchema,
} from '@pintle/machinery';

export interface Decoded<T> {
  /** Usable where there are no errors. */
  readonly value: T;
  readonly errors: readonly FieldError[];
}

/** `path` is where the data stands in the whole; empty for the whole itself. */
export function decode<S extends Schema<unknown, boolean>>(schema: S, data: unknown, path = ''): Decoded<Infer<S>> {
  const normalized = compileNormalizer(schema.node, { mode: 'typed' })(data, undefined);
  const under = (field: string) => (path === '' || field === '' ? path + field : `${path}.${field}`);
  const errors: FieldError[] = [
    // The detail of a wrong type repeats the field as the notation sees it.
    ...normalized.errors.map(({ detail, ...error }) => ({
      ...error,
      field: under(error.field),
      detail: detail.slice(detail.indexOf(': ') + 2),
    })),
    ...normalized.unknownFields.map((field) => forbiddenField(under(field), 'unknown field')),
  ];
  if (normalized.errors.length === 0) {
    for (const error of validateSchema(schema.node, normalized.value))
      errors.push({ ...error, field: under(error.field) });
  }
  return { value: normalized.value as Infer<S>, errors };
}
