/** What is asked of a process from outside: whether it lives, and whether it is ready. As kube components print it. */

/** A named question; one that throws or rejects says no. */
export interface HealthCheck {
  readonly name: string;
  check(): void | Promise<void>;
}

export interface HealthReport {
  readonly ok: boolean;
  /** A line a check, as `[+]ping ok`. */
  readonly text: string;
}

export async function askAll(checks: readonly HealthCheck[]): Promise<HealthReport> {
  const answers = await Promise.all(
    checks.map(async ({ name, check }) => {
      try {
        await check();
        return { ok: true, line: `[+]${name} ok` };
      } catch (error) {
        return { ok: false, line: `[-]${name} failed: ${error instanceof Error ? error.message : String(error)}` };
      }
    }),
  );
  const ok = answers.every((answer) => answer.ok);
  return { ok, text: `${answers.map(({ line }) => line).join('\n')}\n${ok ? 'ok' : 'failed'}\n` };
}
