/** Which kinds can be in play where some controllers run: the garbage collector of a little cluster follows no others. */
import type { Controller } from '@pintle/controller-runtime';
import { apiVersionOf, type KindRef } from '@pintle/machinery';

/** The kinds that controllers watch, and the custom ones. */
export function watchedKinds(controllers: readonly Controller[], custom: readonly KindRef[]): readonly KindRef[] {
  const watched = controllers.flatMap(({ sources }) =>
    sources.flatMap((source) => (source.type === 'kind' ? [source.kind] : [])),
  );
  return [...new Map([...custom, ...watched].map((kind) => [`${apiVersionOf(kind)} ${kind.plural}`, kind])).values()];
}
