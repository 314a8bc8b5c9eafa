/**
 * The text of a scenario: commands, each with its input, and after a line `----` what it is expected to print, up to
 * an empty line. A line of `#` between commands is a comment. The form is that of etcd's raft tests.
 */

export interface ScenarioStep {
  /** Comments and empty lines before the command, as they are. */
  readonly before: string;
  /** As it is written: `get pods -n shop`. */
  readonly command: string;
  /** The lines between the command and `----`. */
  readonly input: string;
  readonly expected: string;
  /** Of the command, from 1. */
  readonly line: number;
}

/** A scenario that cannot be read; names the line. */
export class ScenarioSyntaxError extends Error {
  readonly code = 'PINTLE_SCENARIO_SYNTAX';
  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = 'ScenarioSyntaxError';
  }
}

const separator = '----';
const isBetween = (line: string) => line.trim() === '' || line.startsWith('#');

export function parseScenario(text: string): readonly ScenarioStep[] {
  const lines = text.split('\n');
  const steps: ScenarioStep[] = [];
  let at = 0;
  const taken = (until: (line: string) => boolean): string[] => {
    const start = at;
    while (at < lines.length && !until(lines[at]!)) at++;
    return lines.slice(start, at);
  };
  for (;;) {
    const before = taken((line) => !isBetween(line));
    const command = lines[at];
    if (command === undefined) return steps;
    const line = ++at;
    const input = taken((each) => each === separator);
    if (at === lines.length) throw new ScenarioSyntaxError(line, `the command "${command}" has no line "${separator}"`);
    at++;
    const expected = taken((each) => each === '');
    steps.push({
      before: before.map((each) => `${each}\n`).join(''),
      command,
      input: input.join('\n'),
      expected: expected.join('\n'),
      line,
    });
  }
}

/** The step as text again, with what it printed in the place of what was expected. */
export function formatStep({ before, command, input }: ScenarioStep, printed: string): string {
  const body = [command, ...(input === '' ? [] : [input]), separator, ...(printed === '' ? [] : [printed])];
  return `${before}${body.join('\n')}\n`;
}
