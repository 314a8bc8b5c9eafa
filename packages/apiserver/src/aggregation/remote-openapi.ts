/**
 * What other servers say of their APIs in OpenAPI, as they were last asked: a document of v3 for a group version, and what
 * there is of it in their document of v2. Both join the documents of this server. Of a server that knows v2 alone, that is
 * told as v3 too.
 */

import type { APIService } from '@pintle/api/apiregistration/v1';
import type { Fields } from '@pintle/machinery';
import { ownPart } from '../discovery/merge-swagger.js';
import type { RemoteOpenApi, Swagger } from '../discovery/remote-documents.js';
import { swaggerToV3 } from '../discovery/swagger-to-v3.js';
import type { HttpResponse } from '../http/message.js';
import { textOf } from './response-text.js';

/** A longer document is as good as none. */
const documentCharsMax = 32 * 1024 * 1024;

/** Asks the server behind an APIService. Rejects where nobody answers. */
type Ask = (service: APIService, path: string, etag: string | undefined) => Promise<HttpResponse>;

interface Known extends RemoteOpenApi {
  /** Where its document of v3 was: another document is elsewhere. */
  readonly v3Url?: string | undefined;
  readonly v2Etag?: string | undefined;
}

export class RemoteOpenApis {
  private readonly known = new Map<string, Known>();

  constructor(private readonly ask: Ask) {}

  all(): readonly RemoteOpenApi[] {
    return [...this.known.values()];
  }

  forget(name: string): void {
    this.known.delete(name);
  }

  /** Reads what has changed. What cannot be read is left out, and what was known of it is forgotten. */
  async look(service: APIService): Promise<void> {
    const name = service.metadata.name ?? '';
    const before = this.known.get(name);
    const [third, second] = await Promise.all([this.third(service, before), this.second(service, before)]);
    const { group = '', version = '' } = service.spec ?? {};
    const told = third ?? this.converted({ group, version, ...second }, before);
    this.known.set(name, { group, version, ...told, ...second });
  }

  /** The document of v2 as one of v3. */
  private converted(now: RemoteOpenApi, before: Known | undefined): Pick<Known, 'v3'> {
    if (before?.v3 !== undefined && before.v3Url === undefined && before.v2 === now.v2) return { v3: before.v3 };
    const part = ownPart(now);
    if (part === undefined || Object.keys(part.paths).length === 0) return {};
    return { v3: JSON.stringify(swaggerToV3({ ...part, info: now.v2?.info ?? { title: '', version: '' } })) };
  }

  /** Undefined: it knows nothing of v3. */
  private async third(
    service: APIService,
    before: Known | undefined,
  ): Promise<Pick<Known, 'v3' | 'v3Url'> | undefined> {
    const { group = '', version = '' } = service.spec ?? {};
    const index = await this.read(service, '/openapi/v3');
    if (index === undefined) return undefined;
    const { paths = {} } = (index.json ?? {}) as {
      readonly paths?: Readonly<Record<string, { serverRelativeURL?: string }>>;
    };
    const v3Url = paths[`apis/${group}/${version}`]?.serverRelativeURL;
    if (v3Url === undefined) return {};
    if (before?.v3 !== undefined && before.v3Url === v3Url) return { v3: before.v3, v3Url };
    const document = await this.read(service, v3Url);
    return document === undefined ? {} : { v3: document.text, v3Url };
  }

  private async second(service: APIService, before: Known | undefined): Promise<Pick<Known, 'v2' | 'v2Etag'>> {
    const answer = await this.read(service, '/openapi/v2', before?.v2Etag);
    if (answer === undefined) return {};
    if (answer.json === undefined) return { v2: before?.v2, v2Etag: before?.v2Etag };
    const { paths, definitions = {}, info } = answer.json as Partial<Swagger>;
    return paths === undefined ? {} : { v2: { paths, definitions, info }, v2Etag: answer.etag };
  }

  /** Without `json`: it is what it was. */
  private async read(service: APIService, path: string, etag?: string): Promise<Answer | undefined> {
    try {
      const response = await this.ask(service, path, etag);
      if (response.status === 304) return { text: '' };
      if (response.status !== 200) return undefined;
      const text = await textOf(response, documentCharsMax);
      const json: unknown = JSON.parse(text);
      if (typeof json !== 'object' || json === null) return undefined;
      const told = response.headers?.['etag'];
      return { text, json: json as Fields, etag: typeof told === 'string' ? told : undefined };
    } catch {
      // Whether it is there at all its status says; of a document alone nobody needs to hear.
      return undefined;
    }
  }
}

interface Answer {
  readonly text: string;
  readonly json?: Fields;
  readonly etag?: string | undefined;
}
