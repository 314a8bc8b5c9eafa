/**
 * Which form the client wants its answer in, by the Accept header: encoding, and whether as it is, as a Table or as
 * metadata alone (apiserver `handlers/negotiation`).
 */
import { type StatusError, sharedJsonMedia, statusError } from '@pintle/machinery';
import { protobufMedia } from './protobuf.js';

export type Encoding = 'json' | 'yaml' | 'protobuf';

export interface Accepted {
  readonly encoding: Encoding;
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** The version of the meta group that a Table or partial object is in. */
  readonly metaVersion: string;
  readonly pretty: boolean;
  /** JSON, of whose first state a part that stood before is named and not told again. */
  readonly sharesParts?: boolean;
}

/** What an endpoint can answer with. JSON and YAML it always can. */
export interface Offer {
  /** Whether whole objects can be had in protobuf; metadata alone always can. */
  readonly protobuf?: boolean;
  /** Whether metadata alone can be had, and Tables unless `tables` says no. */
  readonly transforms?: boolean;
  readonly tables?: boolean;
  /** A watch, which may share what its first state repeats. */
  readonly watch?: boolean;
  /** Of a path that kube-apiserver's router knows: what it says there is to be had. Of anything else, it knows nothing. */
  readonly routed?: readonly string[];
}

export const medias: Readonly<Record<Encoding, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: protobufMedia,
};
const encodings = Object.keys(medias) as readonly Encoding[];

/** What kube-apiserver's router says of an object, and of a list, which can be watched. */
export const objectRoute: readonly string[] = Object.values(medias);
export const listRoute: readonly string[] = [
  ...objectRoute,
  ...[`${medias.json};stream=watch`, `${medias.protobuf};stream=watch`],
];

const plain: Accepted = { encoding: 'json', as: 'object', metaVersion: 'v1', pretty: false };
const sharing: Accepted = { ...plain, sharesParts: true };

/** Errors: `StatusError` NotAcceptable. */
export function negotiate(accept: string | undefined, offer: Offer = {}): Accepted {
  if (accept === undefined || isPlain(accept)) return plain;
  if (offer.routed !== undefined) checkRouted(accept, offer.routed);
  for (const { media, parameters } of rangesOf(accept)) {
    if (offer.watch && media === sharedJsonMedia) return sharing;
    for (const encoding of encodings) {
      if (!covers(media, medias[encoding])) continue;
      const accepted = acceptedAs(encoding, parameters, offer);
      if (accepted !== undefined) return accepted;
    }
  }
  throw notAcceptable(offer);
}

/** In which encoding discovery is wanted as a whole, wherever in the header that is said; undefined: it is not. */
export function aggregatedIn(accept: string): 'json' | 'yaml' | 'protobuf' | undefined {
  for (const { media, parameters } of rangesOf(accept)) {
    const [as, group, version] = [parameters.get('as'), parameters.get('g'), parameters.get('v')];
    if (as !== 'APIGroupDiscoveryList' || group !== 'apidiscovery.k8s.io' || version !== 'v2') continue;
    const encoding = (['json', 'yaml', 'protobuf'] as const).find((each) => covers(media, medias[each]));
    if (encoding !== undefined) return encoding;
  }
  return undefined;
}

/** What nearly all ask for: JSON, as it is. */
export const isPlain = (accept: string): boolean => accept === '' || accept === medias.json || accept === '*/*';

/** The router's own reading of the header, which knows neither `application/*` nor weights. Errors: `StatusError` NotAcceptable. */
export function checkRouted(accept: string | undefined, routed: readonly string[]): void {
  if (!accept) return;
  const wanted = accept.split(',').map((range) => range.split(';', 1)[0]!.trim());
  if (wanted.some((media) => media === '*/*' || media === sharedJsonMedia || routed.includes(media))) return;
  throw statusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${routed.join(', ')}`, {
    details: {},
  });
}

interface MediaRange {
  readonly media: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/** Which of these is asked for first, as `type/subtype` each; undefined where none is. */
export function firstAccepted<M extends string>(accept: string | undefined, offered: readonly M[]): M | undefined {
  for (const { media } of rangesOf(accept || '*/*')) {
    const found = offered.find((each) => covers(media, each));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** In the order of preference. What is no range at all is passed over. */
export function rangesOf(accept: string): readonly MediaRange[] {
  const ranges: MediaRange[] = [];
  for (const part of accept.split(',')) {
    const [given = '', ...rest] = part.split(';').map((piece) => piece.trim());
    const media = given === '*' ? '*/*' : given;
    if (!/^[^/]+\/[^/]+$/.test(media)) continue;
    const parameters = new Map(rest.map((piece) => piece.split('=')).filter(isPair));
    insert(ranges, { media, parameters, weight: weightOf(parameters.get('q')) });
  }
  return ranges;
}

const isPair = (parts: readonly string[]): parts is [string, string] => parts.length === 2 && parts[1] !== '';

/** What is no number weighs nothing, and yet is taken. */
const weightOf = (text = '1'): number => (text.trim() === '' ? 0 : Number(text) || 0);

/** As Go's sort by insertion puts it, whose notion of "before" is none of an order: the exact goes before what weighs more. */
function insert(ranges: MediaRange[], range: MediaRange): void {
  let at = ranges.length;
  while (at > 0 && isBefore(range, ranges[at - 1]!)) at--;
  ranges.splice(at, 0, range);
}

const isBefore = (a: MediaRange, b: MediaRange): boolean =>
  a.weight > b.weight ||
  (!a.media.startsWith('*/') && b.media.startsWith('*/')) ||
  (!a.media.endsWith('/*') && b.media.endsWith('/*'));

const covers = (range: string, media: string) =>
  range === media || range === '*/*' || (range.endsWith('/*') && media.startsWith(range.slice(0, -1)));

function acceptedAs(encoding: Encoding, parameters: ReadonlyMap<string, string>, offer: Offer): Accepted | undefined {
  const stream = parameters.get('stream');
  if (stream !== undefined && (stream !== 'watch' || encoding === 'yaml')) return undefined;
  const pretty = parameters.get('pretty') === '1';
  const [as, group, metaVersion] = [parameters.get('as'), parameters.get('g'), parameters.get('v')];
  if (as === undefined && group === undefined && metaVersion === undefined)
    return encoding !== 'protobuf' || offer.protobuf ? { ...plain, encoding, pretty } : undefined;
  if (!offer.transforms || group !== 'meta.k8s.io' || (metaVersion !== 'v1' && metaVersion !== 'v1beta1'))
    return undefined;
  if (as === 'Table')
    return encoding === 'protobuf' || offer.tables === false ? undefined : { encoding, as, metaVersion, pretty };
  return as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList'
    ? { encoding, as, metaVersion, pretty }
    : undefined;
}

function notAcceptable({ transforms, protobuf }: Offer): StatusError {
  const offered = encodings.filter((encoding) => encoding !== 'protobuf' || protobuf || transforms);
  return refused(`only the following media types are accepted: ${offered.map((name) => medias[name]).join(', ')}`);
}

/** YAML has no way to say where an event ends. Errors: `StatusError` NotAcceptable. */
export function checkStreams({ encoding }: Accepted, { transforms, protobuf }: Offer): void {
  if (encoding !== 'yaml') return;
  const streams = [medias.json, ...(protobuf || transforms ? [medias.protobuf] : [])];
  throw refused(
    `only the following media types are accepted: ${streams.map((media) => `${media};stream=watch`).join(', ')}`,
  );
}

const refused = (message: string) => statusError('NotAcceptable', message);

/** Metadata alone has one name for an object and another for a list. Errors: `StatusError` NotAcceptable. */
export function checkPartial({ as }: Accepted, what: 'object' | 'list', goType: string): void {
  if (as === 'PartialObjectMetadata' && what === 'list')
    throw refused(`you requested PartialObjectMetadata, but the requested object is a list (${goType})`);
  if (as === 'PartialObjectMetadataList' && what === 'object')
    throw refused(`you requested PartialObjectMetadataList, but the requested object is not a list (${goType})`);
}
