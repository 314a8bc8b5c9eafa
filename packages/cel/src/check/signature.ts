/** Types as the signatures of functions write them: `list(A)`, `map(K, V)`; a letter alone is a type parameter. */
import { type CheckedType, typeNamed } from './checked-type.js';

/** Errors: for a text that names no type. */
export function parseType(text: string): CheckedType {
  let at = 0;
  const type = (): CheckedType => {
    const name = /^[\w.@]+/.exec(text.slice(at))?.[0];
    if (name === undefined) throw new Error(`no type: ${text}`);
    at += name.length;
    if (text[at] !== '(') return /^[A-Z]$/.test(name) ? { name, isParam: true } : typeNamed(name);
    const params: CheckedType[] = [];
    do {
      at++;
      while (text[at] === ' ') at++;
      params.push(type());
    } while (text[at] === ',');
    at++;
    return typeNamed(name, ...params);
  };
  return type();
}

/** `list` of `list(A)`: what a value is asked for when the expression runs. */
export const headOf = (text: string): string => {
  const name = /^[\w.@]+/.exec(text)![0];
  return /^[A-Z]$/.test(name) ? 'dyn' : name;
};

/** Of one overload, as a function or as a method. */
export interface Signature {
  readonly params: readonly CheckedType[];
  readonly result: CheckedType;
  /** The type parameters that it has. */
  readonly letters: readonly string[];
  /** Called on its first parameter. */
  readonly isMethod: boolean;
}

export const parseSignature = (params: readonly string[], result: string, isMethod = false): Signature => ({
  params: params.map(parseType),
  result: parseType(result),
  letters: [...new Set([...params, result].flatMap((text) => text.match(/\b[A-Z]\b/g) ?? []))],
  isMethod,
});
