/** Field selectors: `a=b,c!=d`, with `\` before `,`, `=` and `\` in values (apimachinery `fields`). */
import { SelectorSyntaxError } from './label-selector.js';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

export interface FieldSelector {
  readonly requirements: readonly FieldRequirement[];
}

/** Errors: `SelectorSyntaxError`. */
export function parseFieldSelector(text: string): FieldSelector {
  return {
    // The terms are gone through in order: the first that is wrong is told.
    requirements: split(text)
      .toSorted()
      .filter((term) => term !== '')
      .map((term) => parseTerm(term, text))
      // Upstream takes what names no field and no value for one that asks for nothing.
      .filter(({ field, value }) => field !== '' || value !== ''),
  };
}

/** Cuts at commas that no backslash stands before. */
function split(text: string): readonly string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, selector: string): FieldRequirement {
  const match = /^([\s\S]*?)(!=|==|=)([\s\S]*)$/.exec(term);
  if (match === null) throw new SelectorSyntaxError(`invalid selector: '${selector}'; can't understand '${term}'`);
  return { field: match[1]!, operator: match[2] === '!=' ? '!=' : '=', value: unescaped(match[3]!) };
}

function unescaped(text: string): string {
  let value = '';
  const characters = [...text];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    if (character === '\\') {
      const next = characters[++at] ?? '';
      if (!'\\,='.includes(next) || next === '')
        throw new SelectorSyntaxError(`invalid field selector: invalid escape sequence: \\${next}`);
      value += next;
    } else if (character === ',' || character === '=')
      throw new SelectorSyntaxError(
        `invalid field selector: unescaped character in value: ${character.codePointAt(0)}`,
      );
    else value += character;
  }
  return value;
}
