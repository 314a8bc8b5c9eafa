/** A file of fixed tokens, as `--token-auth-file` has them: a line each with token, user, uid and, quoted, groups. */
import type { UserInfo } from '../access.js';

/** A uid may be empty. Errors: `Error` with the line that has too few columns, or no token or user. */
export function parseTokenFile(text: string): readonly { readonly token: string; readonly user: UserInfo }[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [token = '', name = '', uid, groups] = columnsOf(line.trim());
    if (token === '' || name === '' || uid === undefined)
      throw new Error(`line ${index + 1} of the token file needs at least token, user name and user uid`);
    // As kube-apiserver reads it, a column that is empty names one group, which has no name.
    const named = groups?.split(',').map((group) => group.trim()) ?? [];
    return [{ token, user: { name, ...(uid === '' ? {} : { uid }), groups: named } }];
  });
}

/** Between commas, or between quotes, of which two are one (RFC 4180). */
function columnsOf(line: string): readonly string[] {
  const columns: string[] = [];
  const column = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(,|$)/gy;
  for (let match = column.exec(line); match !== null; match = column.exec(line)) {
    columns.push(match[1]?.replaceAll('""', '"') ?? match[2]!.trim());
    if (match[3] === '') break;
  }
  return columns;
}
