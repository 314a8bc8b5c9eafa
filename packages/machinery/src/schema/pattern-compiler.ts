/** The schema of a CustomResourceDefinition as its author wrote it: JSON of which nothing is known yet. */

export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Compiles a pattern for values of strangers. Errors: any, for what is none. */
export type PatternCompiler = (source: string) => (text: string) => boolean;
