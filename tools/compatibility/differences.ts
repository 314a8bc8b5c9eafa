/** The headings **Differs from Kubernetes** of the code, with what they say. Pure. */

export interface Difference {
  readonly path: string;
  readonly text: string;
}

/** Of one source file. A heading's text ends with its paragraph. */
export function differencesIn(path: string, source: string): readonly Difference[] {
  return [...source.matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap(([, comment = '']) => {
    const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
    return lines.flatMap((line, index) => {
      const begin = /^\s*\*{0,2}Differs from Kubernetes\*{0,2}:\s*(.*)$/.exec(line)?.[1];
      if (begin === undefined) return [];
      const rest = lines.slice(index + 1);
      const end = rest.findIndex((later) => later.trim() === '' || /Differs from Kubernetes/.test(later));
      const text = [begin, ...rest.slice(0, end < 0 ? rest.length : end)].join(' ').replaceAll(/\s+/g, ' ').trim();
      return [{ path, text }];
    });
  });
}
