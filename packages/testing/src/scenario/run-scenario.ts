/**
 * Tells a story to a cluster on virtual time and gives the same text back with what really happened: equal texts mean
 * that the story is true, and a reviewer reads a change of behaviour as a change of the file.
 */
import type { TestCluster, TestClusterOptions } from '../test-cluster.js';
import { formatStep, parseScenario, type ScenarioStep } from './parse-scenario.js';
import { parseCommandLine, runCommand, ScenarioCommandError, startCluster } from './scenario-commands.js';

export interface ScenarioResult {
  /** The scenario with what its commands printed; the same as the given text where all was as expected. */
  readonly text: string;
  /** The steps that printed something else, in order. */
  readonly differences: readonly { readonly step: ScenarioStep; readonly printed: string }[];
}

/**
 * Runs a scenario on a cluster of its own. `options` are for what text cannot say, as custom kinds and controllers.
 * Errors: `ScenarioSyntaxError`, `ScenarioCommandError`.
 */
export async function runScenario(text: string, options: TestClusterOptions = {}): Promise<ScenarioResult> {
  const steps = parseScenario(text);
  const results: { readonly step: ScenarioStep; readonly printed: string }[] = [];
  let cluster: TestCluster | undefined;
  try {
    for (const step of steps) {
      const line = parseCommandLine(step.command, step.input);
      let printed = '';
      if (line.name === 'cluster') {
        if (cluster !== undefined) throw new ScenarioCommandError(`line ${step.line}: the cluster stands already`);
        cluster = await startCluster(line, options);
      } else {
        cluster ??= await startCluster(parseCommandLine('cluster', ''), options);
        printed = await runCommand(cluster, line);
      }
      results.push({ step, printed });
    }
  } finally {
    await cluster?.stop();
  }
  return {
    text: results.map(({ step, printed }) => formatStep(step, printed)).join(''),
    differences: results.filter(({ step, printed }) => step.expected !== printed),
  };
}
