/** Which controllers run, by kube-controller-manager's `--controllers`: `*` for all, a name for one, `-name` for not it. */
import { builtinControllerNames } from '@pintle/controllers';
import { volumeControllerNames } from '@pintle/volumes';

/** `job`, `job-controller`, `node-lifecycle`, `nodelifecycle`: people write all of them. */
const bare = (name: string) => name.replace(/-controller$/, '').replaceAll('-', '');

/** Errors: a name that no controller has. */
export function chosenControllers(
  words: readonly string[],
  known: readonly string[] = [...builtinControllerNames(), ...volumeControllerNames()],
): readonly string[] {
  const named = (word: string) => {
    const name = known.find((candidate) => bare(candidate) === bare(word));
    if (name === undefined)
      throw new Error(`--controllers: "${word}" is no controller; there are ${known.toSorted().join(', ')}`);
    return name;
  };
  const [off, on] = [new Set<string>(), new Set<string>()];
  for (const word of words) {
    if (word === '*') continue;
    if (word.startsWith('-')) off.add(named(word.slice(1)));
    else on.add(named(word));
  }
  return known.filter((name) => on.has(name) || (words.includes('*') && !off.has(name)));
}
