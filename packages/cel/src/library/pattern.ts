/** Regular expressions in linear time (RE2's syntax), so that no pattern can hang who matches it. */
import { RE2JS, RE2JSException } from 're2js';
import { CelError } from '../values.js';

/** The patterns of expressions are few, and are matched again and again. */
const compiled = new Map<string, RE2JS>();
const compiledMax = 200;
const compiledCharactersMax = 1000;

/** Errors: `CelError` for what is no pattern. */
export function pattern(source: string): RE2JS {
  let found = compiled.get(source);
  if (found === undefined) {
    found = compile(source);
    if (compiled.size === compiledMax) compiled.clear();
    if (source.length <= compiledCharactersMax) compiled.set(source, found);
  }
  return found;
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error.message.replace(/^error parsing regexp: /, '');
    // Where nothing is left of the pattern, that is shown.
    throw new CelError(`error parsing regexp: ${why.endsWith('`') ? why : `${why}: \`\``}`);
  }
}

/** A pattern of a schema, compiled once. Errors: `CelError`. */
export function linearPattern(source: string): (text: string) => boolean {
  const matched = pattern(source);
  return (text) => matched.matcher(text).find();
}

/** Whether the pattern matches anywhere in the text. */
export const findsIn = (source: string, text: string): boolean => pattern(source).matcher(text).find();
