/** Differences that are known and stay: of the version, or on purpose. Each is told with the lines that it explains. */

export interface Known {
  /** `newer`: kube-apiserver is of a later version. `deliberate`: see the page of compatibility. */
  readonly why: 'newer' | 'deliberate';
  readonly words: string;
  /** Of the row `group › name`; any unless given. */
  readonly row?: RegExp;
  /** Of the line of a difference. */
  readonly line: RegExp;
}

export const known: readonly Known[] = [
  {
    why: 'deliberate',
    words: 'the items of a list of a built-in kind say their apiVersion and kind',
    line: /^body\.items\[\d+\]\.(apiVersion|kind): absent \|/,
  },
];
