/** Regular expressions in linear time (RE2's syntax), so that no pattern can hang who matches it. */
import { RE2JS, RE2JSException } from 're2js';
import { CelError } from '../values.js';

/** Errors: `CelError` for what is no pattern. */
export function pattern(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSException)
      throw new CelError(error.message.replace(/^(?!error parsing regexp)/, 'error parsing regexp: '));
    throw error;
  }
}

/** A pattern of a schema, compiled once. Errors: `CelError`. */
export function linearPattern(source: string): (text: string) => boolean {
  const compiled = pattern(source);
  return (text) => compiled.matcher(text).find();
}

/** Whether the pattern matches anywhere in the text. */
export const findsIn = (source: string, text: string): boolean => pattern(source).matcher(text).find();
