/**
 * The context of a request by HTTP. A class, since one is made for every request: what few ask for is worked out when they
 * do, and costs the others nothing.
 */
import type { UserInfo } from '../access/access.js';
import type { RequestContext } from '../registry/request-context.js';
import type { HttpRequest } from './message.js';

export class HttpContext implements RequestContext {
  /** For the answer. */
  readonly warnings: string[] = [];
  readonly annotate?: (key: string, value: string, least?: 'Request') => void;

  constructor(
    readonly user: UserInfo,
    private readonly request: HttpRequest,
    annotate: RequestContext['annotate'] | undefined,
  ) {
    if (annotate !== undefined) this.annotate = annotate;
  }

  get fieldManager(): string {
    return managerOf(this.request.header('user-agent'));
  }

  get signal(): AbortSignal {
    return this.request.signal;
  }

  warn(text: string): void {
    if (!this.warnings.includes(text)) this.warnings.push(text);
  }
}

/** The manager of a client that names none: its program's name (apiserver `managerOrUserAgent`). */
function managerOf(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/', 1)[0]!.trim();
  return name === '' ? 'unknown' : name.slice(0, 128);
}
