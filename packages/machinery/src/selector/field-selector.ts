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
    requirements: split(text)
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
  const match = /^([^=!]*)(!=|==|=)([\s\S]*)$/.exec(term);
  if (match === null) throw new SelectorSyntaxError(`invalid selector: '${selector}'; can't understand '${term}'`);
  return { field: match[1]!.trim(), operator: match[2] === '!=' ? '!=' : '=', value: unescaped(match[3]!) };
}

function unescaped(text: string): string {
  if (/\\(?![\\,=])/.test(text.replaceAll('\\\\', '')))
    throw new SelectorSyntaxError(`invalid field selector: invalid escape sequence in ${JSON.stringify(text)}`);
  if (/(^|[^\\])[=]/.test(text.replaceAll('\\\\', '')))
    throw new SelectorSyntaxError(`invalid field selector: unescaped character in value ${JSON.stringify(text)}: '='`);
  return text.replaceAll(/\\([\\,=])/g, '$1');
}
