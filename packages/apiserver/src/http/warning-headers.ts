/** What clients are warned of, as headers of an answer: each text once, cut where there is much of it, as kube-apiserver cuts. */

/** Of all texts together; where there is more, each is cut. */
const totalMaxRunes = 4 * 1024;
const textMaxRunes = 256;

/** Empty texts, and those that cannot stand in a header, are left out. */
export function warningHeaders(texts: readonly string[]): readonly string[] {
  const told = [...new Set(texts)].filter((text) => text !== '');
  const fitting = told.reduce((sum, text) => sum + runesOf(text).length, 0) <= totalMaxRunes;
  const headers: string[] = [];
  let written = 0;
  for (const text of told) {
    if (!fitting && written >= totalMaxRunes) break;
    const shown = fitting ? text : runesOf(text).slice(0, textMaxRunes).join('');
    if (/\p{Cc}/u.test(shown)) continue;
    written += runesOf(shown).length;
    headers.push(`299 - ${JSON.stringify(shown)}`);
  }
  return headers;
}

const runesOf = (text: string): readonly string[] => [...text];
