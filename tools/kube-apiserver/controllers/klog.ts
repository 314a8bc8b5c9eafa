/** What Go programs of Kubernetes say in their logs of trouble: errors and warnings of klog, each kind of them once. */
import { readFile } from 'node:fs/promises';

export interface Complaint {
  /** Error, warning, fatal. */
  readonly level: 'E' | 'W' | 'F';
  /** Where in its source it is said: the same for all of a kind. */
  readonly place: string;
  readonly text: string;
  readonly count: number;
}

const line = /^([EWF])\d{4} \d\d:\d\d:\d\d\.\d+\s+\d+ ([\w.-]+:\d+)\] (.*)$/;

/** One of each place of the source, with how often it was said. */
export async function complaintsOf(path: string): Promise<readonly Complaint[]> {
  const found = new Map<string, Complaint>();
  for (const each of (await readFile(path, 'utf8')).split('\n')) {
    const [, level, place = '', text = ''] = line.exec(each) ?? [];
    if (level === undefined) continue;
    const kind = `${place} ${/type="[^"]*"/.exec(text)?.[0] ?? ''}`;
    const { count, text: first } = found.get(kind) ?? { count: 0, text };
    found.set(kind, { level: level as Complaint['level'], place: kind.trim(), text: first, count: count + 1 });
  }
  return [...found.values()];
}
