/** Words for the fields that many kinds share. */
import type { FieldDocs } from '@pintle/machinery';

type Fields = FieldDocs[string]['fields'];

/** The three fields that every object begins with. */
export const kindFields = (version: string, kind: string): Fields => ({
  apiVersion: `Version of this notation: ${version}.`,
  kind: `The kind: ${kind}.`,
  metadata: 'Name, labels and other metadata.',
});

export const conditionFields = (types: string): Fields => ({
  lastTransitionTime: 'When the status last changed.',
  message: 'Why, for people.',
  reason: 'Why, in one word.',
  status: 'True, False or Unknown.',
  type: types,
});
