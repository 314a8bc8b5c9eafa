/**
 * The context of a request by HTTP. A class, since one is made for every request: what few ask for is worked out when they
 * do, and costs the others nothing.
 */

import type { KubernetesObject } from '@pintle/machinery';
import type { UserInfo } from '../access/access.js';
import type { AuditRecord } from '../audit/audit.js';
import type { RequestContext } from '../registry/request-context.js';
import type { Resource } from '../registry/resource.js';
import type { HttpRequest } from './message.js';

export class HttpContext implements RequestContext {
  /** For the answer. */
  readonly warnings: string[] = [];
  readonly annotate?: (key: string, value: string, least?: 'Request') => void;
  readonly record?: (object: KubernetesObject) => void;
  /** Whether what was asked for will go. */
  isDeprecated = false;

  constructor(
    readonly user: UserInfo,
    private readonly request: HttpRequest,
    audit: Pick<AuditRecord, 'annotate' | 'sent'> | undefined,
  ) {
    if (audit === undefined) return;
    this.annotate = audit.annotate;
    this.record = audit.sent;
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

/** What is deprecated is told of to its client, and noted where requests are. */
export function warnOfAge(context: HttpContext, { deprecationWarning }: Pick<Resource, 'deprecationWarning'>): void {
  if (deprecationWarning === undefined) return;
  context.isDeprecated = true;
  context.warn(deprecationWarning);
  context.annotate?.('k8s.io/deprecated', 'true');
}

/** The manager of a client that names none: its program's name (apiserver `managerOrUserAgent`). */
function managerOf(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/', 1)[0]!.trim();
  return name === '' ? 'unknown' : name.slice(0, 128);
}
