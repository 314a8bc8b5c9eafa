/** The pods of a node, by an index that all who ask share. */
import { Pod } from '@pintle/api/core/v1';
import type { ObjectKey } from '@pintle/client';
import type { Informers } from '@pintle/watch';

const indexes = { node: ({ spec }: Pod) => (spec?.nodeName ? [spec.nodeName] : []) };

export const podsOnNode = (nodeName: string, informers: Informers): readonly Pod[] =>
  informers.informer(Pod, { indexes }).lister.byIndex('node', nodeName);

export const podKey = ({ metadata: { name = '', namespace = '' } }: Pod): ObjectKey => ({ name, namespace });
