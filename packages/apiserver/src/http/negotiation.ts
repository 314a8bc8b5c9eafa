/** Which form the client wants its answer in, by the Accept header (RFC 9110, without weights; first fit wins). */
import { statusError } from '@pintle/machinery';

export interface Accepted {
  readonly encoding: 'json' | 'yaml';
  readonly as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** The version of the meta group that a Table or partial object is in. */
  readonly metaVersion: string;
  readonly pretty: boolean;
}

const plain: Accepted = { encoding: 'json', as: 'object', metaVersion: 'v1', pretty: false };

/** Errors: `StatusError` NotAcceptable. */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept === '' || accept === 'application/json' || accept === '*/*') return plain;
  for (const range of accept.split(',')) {
    const [media = '', ...parameters] = range.split(';').map((part) => part.trim());
    const encoding =
      media === 'application/yaml'
        ? 'yaml'
        : media === 'application/json' || media === '*/*' || media === 'application/*'
          ? 'json'
          : undefined;
    if (encoding === undefined) continue;
    const given = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    const as = given.get('as');
    if (as === undefined) return { ...plain, encoding, pretty: given.get('pretty') === '1' };
    const metaVersion = given.get('v') ?? 'v1';
    if (given.get('g') !== 'meta.k8s.io' || (metaVersion !== 'v1' && metaVersion !== 'v1beta1')) continue;
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { ...plain, encoding, as, metaVersion };
  }
  throw statusError(
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/yaml',
    { details: {} },
  );
}
