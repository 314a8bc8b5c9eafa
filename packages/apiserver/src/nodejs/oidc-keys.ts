/** The keys of an OpenID Connect provider, found by its discovery document, and claims that are elsewhere; over HTTPS. */
import { request } from 'node:https';
import type { ClaimSource } from '../access/tokens/distributed-claims.js';
import type { KeySet, KeySource } from '../access/tokens/json-web-token.js';
import { trusting } from './trust.js';

/** A provider is asked again at most so often, however many unknown keys come. */
const freshPeriodMs = 10_000;
const answerBytesMax = 1024 * 1024;
const timeoutMs = 10_000;

export interface OidcKeysOptions {
  readonly issuer: string;
  /** Where its discovery document is; below the issuer unless given. */
  readonly discoveryUrl?: string;
  /** PEM; the system's authorities where there is none. */
  readonly caPem?: string;
  readonly nowMs: () => number;
}

export function oidcKeys({ issuer, discoveryUrl, caPem, nowMs }: OidcKeysOptions): KeySource {
  const at = discoveryUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  let known: Promise<KeySet> | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<KeySet> => {
    const { issuer: found, jwks_uri: uri } = (await getJson(at, caPem)) as {
      readonly issuer?: unknown;
      readonly jwks_uri?: unknown;
    };
    // The document of one issuer vouches for no other.
    if (found !== issuer) throw new Error(`${at} is the document of ${String(found)}, and not of ${issuer}`);
    if (typeof uri !== 'string') throw new Error(`the discovery document of ${issuer} names no jwks_uri`);
    return (await getJson(uri, caPem)) as KeySet;
  };
  return ({ fresh }) => {
    if (known === undefined || (fresh && nowMs() - askedMs >= freshPeriodMs)) {
      askedMs = nowMs();
      known = ask().catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    }
    return known;
  };
}

export interface ClaimSourceOptions {
  /** PEM; the system's authorities where there is none. */
  readonly caPem?: string;
  readonly nowMs: () => number;
}

/** Claims that tokens have elsewhere, with the keys of whoever signed them. */
export function claimSource({ caPem, nowMs }: ClaimSourceOptions): ClaimSource {
  return {
    fetch: (url, accessToken) =>
      getText(url, caPem, accessToken === '' ? {} : { authorization: `Bearer ${accessToken}` }),
    keysOf: (issuer) => oidcKeys({ issuer, nowMs, ...(caPem === undefined ? {} : { caPem }) }),
  };
}

async function getJson(url: string, caPem: string | undefined): Promise<unknown> {
  const text = await getText(url, caPem, { accept: 'application/json' });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${url} did not answer with JSON`, { cause });
  }
}

const getText = (url: string, caPem: string | undefined, headers: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { ...trusting(caPem), agent: false, timeout: timeoutMs, headers }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        if (size > answerBytesMax) asked.destroy(new Error(`${url} answered more than ${answerBytesMax} bytes`));
        else parts.push(part);
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(parts).toString('utf8'));
        else reject(new Error(`${url} answered with status ${answer.statusCode}`));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`${url} did not answer within ${timeoutMs} ms`)));
    asked.on('error', reject);
    asked.end();
  });
