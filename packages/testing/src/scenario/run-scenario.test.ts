import { describe, expect, it } from '@jest/globals';
import { scenarioTests } from '../jest/index.js';
import { parseScenario, ScenarioSyntaxError } from './parse-scenario.js';
import { runScenario } from './run-scenario.js';
import { ScenarioCommandError } from './scenario-commands.js';

scenarioTests('packages/testing/scenarios');

describe('runScenario', () => {
  it('gives back what happened where that was not expected', async () => {
    const story = '# A story.\nget nodes\n----\nnobody\n\nget pods\n----\nNo resources found\n';
    const { text, differences } = await runScenario(story, { nodes: 0 });
    expect(text).toBe('# A story.\nget nodes\n----\nNo resources found\n\nget pods\n----\nNo resources found\n');
    expect(differences.map(({ step, printed }) => [step.line, step.expected, printed])).toEqual([
      [2, 'nobody', 'No resources found'],
    ]);
  });

  it('prints refusals as kubectl does', async () => {
    const { differences } = await runScenario('delete pod/none\n----\n');
    expect(differences[0]!.printed).toBe('Error from server (NotFound): pods "none" not found');
  });

  it('names what it cannot read', async () => {
    expect(() => parseScenario('get pods\n')).toThrow(ScenarioSyntaxError);
    await expect(runScenario('dance\n----\n')).rejects.toThrow(ScenarioCommandError);
    await expect(runScenario('get dances\n----\n')).rejects.toThrow('no kind is called "dances"');
    await expect(runScenario('create\nkind: Pod\n----\n')).rejects.toThrow(
      'no kind "Pod" in apiVersion (none is said)',
    );
    await expect(runScenario('advance soon\n----\n')).rejects.toThrow('"soon" is no duration');
  });
});
