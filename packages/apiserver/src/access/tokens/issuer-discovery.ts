/** The documents by which others check service account tokens: OpenID Connect Discovery 1.0, and the key set. */
import type { KeySet } from './json-web-token.js';

export interface IssuerDocument {
  readonly mediaType: string;
  readonly text: string;
}

/** By path: `/.well-known/openid-configuration`, `/openid/v1/jwks`. */
export type IssuerDocuments = ReadonlyMap<string, IssuerDocument>;

export function issuerDocuments(issuer: string, jwksUri: string, keys: KeySet): IssuerDocuments {
  const configuration = {
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.keys.map(({ alg }) => alg))],
  };
  return new Map([
    ['/.well-known/openid-configuration', { mediaType: 'application/json', text: JSON.stringify(configuration) }],
    ['/openid/v1/jwks', { mediaType: 'application/jwk-set+json', text: JSON.stringify(keys) }],
  ]);
}
