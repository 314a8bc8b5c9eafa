/** An explanation as a table for people: a line a node, a column a plugin. */
import type { QueueMove } from '../queue/queued-pod-info.js';
import type { Explanation, NodeExplanation, PreemptionExplanation } from './explain.js';

/**
 * The explanation as text: what became of the pod, where it went in the queue and who woke it, then each node with what the
 * filters said, or its scores. A score is shown as `normalized x weight`. `nodesMax` (default 50) bounds the lines; feasible nodes come first.
 */
export function formatExplanation(explanation: Explanation, options: { readonly nodesMax?: number } = {}): string {
  const { nodesMax = 50 } = options;
  const { pod, outcome, nodeName, message, preFilter, nodes } = explanation;
  const lines = [`${pod}: ${outcome}${nodeName === undefined ? '' : ` on ${nodeName}`}`];
  if (message !== undefined) lines.push(message);
  if (preFilter !== undefined) lines.push(`${preFilter.plugin}: ${preFilter.reasons.join(', ')}`);
  if (explanation.preemption !== undefined) lines.push(...preemptionLines(explanation.preemption));
  if (explanation.moves.length > 1) lines.push(queueLine(explanation.moves));
  if (nodes.length === 0) return lines.join('\n');
  const shown = [...nodes].sort(byRank).slice(0, nodesMax);
  const plugins = [...new Set(shown.flatMap(({ scores }) => scores.map(({ plugin }) => plugin)))];
  const rows = [
    ['NODE', ...plugins, 'TOTAL', 'VERDICT'],
    ...shown.map((node) => [
      node.node,
      ...plugins.map((plugin) => scoreText(node, plugin)),
      node.total === undefined ? '-' : String(node.total),
      verdictText(node),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  for (const row of rows)
    lines.push(
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  if (shown.length < nodes.length) lines.push(`and ${nodes.length - shown.length} nodes more`);
  return lines.join('\n');
}

function preemptionLines({ candidates }: PreemptionExplanation): readonly string[] {
  return candidates.map(({ node, victims, violations, lostBy }) => {
    const budgets = violations === 0 ? '' : ` (${violations} protected by disruption budgets)`;
    const verdict = lostBy === undefined ? 'chosen' : `not chosen: ${lostBy}`;
    return `preemption on ${node} of ${victims.join(', ')}${budgets}: ${verdict}`;
  });
}

/** The last moves, as `queue: unschedulable (ScheduleAttemptFailure), active (NodeAdd, hint of NodeResourcesFit)`. */
function queueLine(moves: readonly QueueMove[]): string {
  const movesMax = 8;
  const told = moves.slice(-movesMax).map(({ to, event, plugin }) => {
    const hint = plugin === undefined ? '' : `, hint of ${plugin}`;
    return `${to} (${event}${hint})`;
  });
  return `queue: ${moves.length > movesMax ? '… ' : ''}${told.join(', ')}`;
}

function byRank(a: NodeExplanation, b: NodeExplanation): number {
  return (
    Number(b.chosen) - Number(a.chosen) || Number(b.feasible) - Number(a.feasible) || (b.total ?? -1) - (a.total ?? -1)
  );
}

function scoreText({ scores }: NodeExplanation, plugin: string): string {
  const score = scores.find((each) => each.plugin === plugin);
  return score === undefined ? '-' : `${score.normalized} x ${score.weight}`;
}

function verdictText({ chosen, considered, feasible, filters }: NodeExplanation): string {
  if (chosen) return 'chosen';
  if (feasible) return considered ? 'feasible' : 'not looked at';
  const refusals = filters.filter(({ code }) => code !== 'Success');
  return refusals.map(({ plugin, reasons }) => `${plugin}: ${reasons.join(', ')}`).join('; ') || 'not looked at';
}
