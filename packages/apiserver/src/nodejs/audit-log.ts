/** Audit events in a file, a line of JSON each; and policies from files, as `--audit-policy-file` has them. */

import { createWriteStream } from 'node:fs';
import { stringifyJson } from '@pintle/machinery';
import { parse } from 'yaml';
import type { AuditSink } from '../audit/audit.js';
import type { AuditPolicy } from '../audit/audit-policy.js';

/** What may wait for the disk; more is dropped, and told of once. */
const waitingBytesMax = 64 * 1024 * 1024;

export interface AuditLog {
  readonly sink: AuditSink;
  close(): Promise<void>;
}

/** Appends to the file. `onFault` hears of what could not be written. */
export function auditLog(path: string, onFault: (error: Error) => void): AuditLog {
  const file = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let dropping = false;
  file.on('error', onFault);
  file.on('drain', () => {
    dropping = false;
  });
  return {
    sink(event) {
      if (file.writableLength > waitingBytesMax) {
        if (!dropping) onFault(new Error(`${path} cannot be written fast enough: audit events are dropped`));
        dropping = true;
        return;
      }
      file.write(`${stringifyJson(event)}\n`);
    },
    close: () => new Promise((resolve) => file.end(resolve)),
  };
}

const levels = ['None', 'Metadata', 'Request', 'RequestResponse'];

/** Errors: `Error` for what is no audit policy. */
export function parseAuditPolicy(text: string): AuditPolicy {
  const policy = parse(text, { version: '1.1' }) as Partial<AuditPolicy> & { readonly kind?: string };
  if (policy?.kind !== 'Policy' || !Array.isArray(policy.rules))
    throw new Error('an audit policy has kind Policy and a list of rules');
  for (const [index, { level }] of policy.rules.entries())
    if (!levels.includes(level))
      throw new Error(`rules[${index}].level: ${JSON.stringify(level)} is none of ${levels.join(', ')}`);
  return policy as AuditPolicy;
}
