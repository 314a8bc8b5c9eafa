/** Programs of their own that have a client do something, and print what came of it as JSON, one line a step; for tests. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What came of each step, by its name. Errors: the program failed, or took longer. */
export async function sessionSteps(
  program: string,
  args: readonly string[],
  { timeout = 60_000, env = process.env }: { readonly timeout?: number; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await promisify(execFile)(program, args, { timeout, env });
  const steps = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly step: string; readonly value: unknown });
  return Object.fromEntries(steps.map(({ step, value }) => [step, value]));
}
