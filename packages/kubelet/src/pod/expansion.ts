/** `$(NAME)` in commands, arguments and environment values. `$$(NAME)` is the text `$(NAME)`; an unknown name stays as it is. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  let result = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const next = text[at + 1];
    if (char !== '$' || (next !== '$' && next !== '(')) {
      result += char;
      continue;
    }
    if (next === '$') {
      result += '$';
      at++;
      continue;
    }
    const end = text.indexOf(')', at + 2);
    if (end < 0) {
      result += '$(';
      at++;
      continue;
    }
    const name = text.slice(at + 2, end);
    result += lookup(name) ?? `$(${name})`;
    at = end;
  }
  return result;
}
