/** The parameters of policies, from the store. */
import type { ApiCore } from '../../verbs/api-core.js';
import { storedObjectOf } from '../../verbs/api-core.js';
import { findEntry, listEntries } from '../../verbs/read.js';
import type { ParamFinder } from './policy-bindings.js';

export function paramsFrom(core: () => ApiCore): ParamFinder {
  return async (paramKind, { namespace, name }) => {
    const resource = core().registry.byObject(paramKind);
    if (resource === undefined) return undefined;
    const place = resource.kind.scope === 'Namespaced' && namespace !== undefined ? { namespace } : {};
    if (name !== undefined) {
      const entry = await findEntry(core(), resource, { name, ...place });
      return entry === undefined ? [] : [resource.fromStored(storedObjectOf(resource, entry))];
    }
    const { entries } = await listEntries(core(), resource, place);
    return entries.map((entry) => resource.fromStored(storedObjectOf(resource, entry)));
  };
}
