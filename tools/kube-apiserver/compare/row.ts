/** What a row of the comparison is: one request as data, and the few words that rows are written in. Asks nothing itself. */
import type { UserName } from '../access-files.js';
import type { Bent } from './protobuf-text.js';

/** Who asks: by token, by certificate, through a front proxy, or nobody. */
export type Asker = UserName | 'nobody' | 'certificate' | 'proxy' | 'otherProxy' | 'badToken';

export interface Row {
  readonly name: string;
  readonly method: string;
  /** With `NS` for the namespace of the group. `{NAME.field.field}` is of the answer that was saved as NAME, in bodies as well. */
  readonly path: string;
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
  /** Default `application/json` where there is a body. */
  readonly contentType?: string;
  /** The object is sent in protobuf, bent so. What it says to be is said by the envelope. */
  readonly protobuf?: Bent;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `admin`. */
  readonly as?: Asker;
  /** So that rows after it can speak of its answer (kube-apiserver's and Pintle's, each of their own). */
  readonly save?: string;
  /** A stream of lines: read until so many have come, or this long. */
  readonly stream?: { readonly lines: number; readonly waitMs?: number };
  /** What of the answer counts: all, its status and headers, which fields there are, or of OpenAPI which operations (default all). */
  readonly counts?: 'all' | 'status' | 'shape' | 'operations';
  /** The place in the body that counts alone: names, with `/` between them. */
  readonly at?: string;
  /** Of metrics these, or all, count: their types, the names of their labels, and their buckets. */
  readonly metrics?: readonly string[] | 'all';
  /** Of a table in text its heads count, and these columns; its rows come in any order. */
  readonly table?: readonly string[];
  /** Of a list what counts is those whose names have this. */
  readonly among?: string;
  /** Asked again until the answer has this, as what tells of others takes a while to. */
  readonly until?: string;
  /** What is compared is what the server notes in its audit log, in the place of what it answers. */
  readonly audited?: true;
}

/** Rows that build on each other, in a namespace of their own. */
export interface Group {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Of servers that are started for it in another way than those for the others. */
  readonly servers?: 'audited' | 'told';
}

type Rest = Omit<Row, 'name' | 'method' | 'path' | 'body'>;

const withBody =
  (method: string, contentType?: string) =>
  (name: string, path: string, body: unknown, rest: Rest = {}): Row => ({
    ...{ name, method, path, body },
    ...(contentType === undefined ? {} : { contentType }),
    ...rest,
  });

export const get = (name: string, path: string, rest: Rest = {}): Row => ({ name, method: 'GET', path, ...rest });
export const post = withBody('POST');
export const put = withBody('PUT');
export const merge = withBody('PATCH', 'application/merge-patch+json');
export const strategic = withBody('PATCH', 'application/strategic-merge-patch+json');
export const jsonPatch = withBody('PATCH', 'application/json-patch+json');
/** Of the manager `me`, unless the path says otherwise. */
export const apply = (name: string, path: string, body: unknown, rest: Rest = {}): Row => ({
  ...{ name, method: 'PATCH', body, contentType: 'application/apply-patch+yaml' },
  path: path.includes('fieldManager=') ? path : `${path}${path.includes('?') ? '&' : '?'}fieldManager=me`,
  ...rest,
});
export const del = (name: string, path: string, body?: unknown, rest: Rest = {}): Row => ({
  ...{ name, method: 'DELETE', path },
  ...(body === undefined ? {} : { body }),
  ...rest,
});
/** A watch that is read until so many events have come. */
export const watch = (name: string, path: string, lines: number, rest: Rest = {}): Row => ({
  ...{ name, method: 'GET', path: `${path}${path.includes('?') ? '&' : '?'}watch=true`, stream: { lines } },
  ...rest,
});

export const table = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' } as const;
export const metadataOnly = {
  accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json',
} as const;
