/** Compiles a pattern for values of strangers. Errors: any, for what is none. */
export type PatternCompiler = (source: string) => (text: string) => boolean;
