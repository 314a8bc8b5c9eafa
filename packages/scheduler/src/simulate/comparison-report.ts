/**
 * A comparison as one HTML page that needs no server and runs no script: the numbers, and both clusters at their
 * busiest moments, each node a box that its pods fill, by resource.
 */
import { type Comparison, comparisonRows, formatSpan, type PolicyOutcome } from './compare.js';
import type { NodeMoment } from './policy-metrics.js';

export interface ReportOptions {
  readonly title?: string;
  /** Nodes drawn of each policy; the page says how many more there are. Default 400. */
  readonly nodesMax?: number;
}

/** Pixels. */
const box = { width: 52, height: 72, gap: 8, name: 14, perRow: 9 } as const;
/** Characters of a node's name that there is room for. */
const nameMax = 9;
/** Workloads with a name in the legend, the largest first. */
const legendMax = 24;

export function comparisonReport(comparison: Comparison, options: ReportOptions = {}): string {
  const { title = `${comparison.a.name} and ${comparison.b.name}`, nodesMax = 400 } = options;
  const resources = Object.keys(comparison.a.metrics.utilisation);
  const colours = coloursOf(comparison);
  const rows = comparisonRows(comparison).map(
    ({ what, a, b }) =>
      `<tr><th${what.startsWith(' ') ? ' class="part"' : ''}>${escapeHtml(what.trim())}</th><td>${escapeHtml(a)}</td><td>${escapeHtml(b)}</td></tr>`,
  );
  const tabs = resources.map((name, at) => {
    const checked = at === 0 ? ' checked' : '';
    return `<input type="radio" name="resource" id="r${at}"${checked}><label for="r${at}">${escapeHtml(name)}</label>`;
  });
  const panels = resources.map(
    (name, at) =>
      `<div class="panel p${at}">${[comparison.a, comparison.b].map((outcome) => picture(outcome, name, colours, nodesMax)).join('')}</div>`,
  );
  const shown = resources.map((_, at) => `#r${at}:checked~.p${at}{display:flex}`).join('');
  const legend = [...colours.entries()]
    .slice(0, legendMax)
    .map(([app, colour]) => `<span><i style="background:${colour}"></i>${escapeHtml(app)}</span>`);
  const more = colours.size > legendMax ? `<span>and ${colours.size - legendMax} more</span>` : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title><style>${style}${shown}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<table><thead><tr><th></th><td>${escapeHtml(comparison.a.name)}</td><td>${escapeHtml(comparison.b.name)}</td></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
<h2>Nodes at the busiest moment</h2>
${tabs.join('')}
${panels.join('\n')}
<p class="legend">${legend.join('')}${more}</p>
</body></html>
`;
}

const style = `
body{font:14px/1.4 system-ui,sans-serif;margin:2em;color:#1b1f24;background:#fff}
table{border-collapse:collapse}th{text-align:left;font-weight:normal}td{text-align:right;font-variant-numeric:tabular-nums}
th,td{padding:.2em 1em .2em 0;border-bottom:1px solid #e3e6ea}thead td{font-weight:600}th.part{padding-left:1.5em}
input{position:absolute;opacity:0}label{display:inline-block;padding:.3em .8em;border:1px solid #c6ccd3;cursor:pointer}
input:checked+label{background:#1b1f24;color:#fff}input:focus-visible+label{outline:2px solid #2f6fed}
.panel{display:none;flex-wrap:wrap;gap:2em;margin:1em 0}figure{margin:0}figcaption{margin-bottom:.5em}
svg text{font-size:9px;fill:#57606a;text-anchor:middle}
.legend span{margin-right:1em;white-space:nowrap}.legend i{display:inline-block;width:.8em;height:.8em;margin-right:.3em}
`;

function picture(
  { name, metrics }: PolicyOutcome,
  resource: string,
  colours: ReadonlyMap<string, string>,
  nodesMax: number,
): string {
  const { nodes, atMs } = metrics.busiest;
  const drawn = nodes.slice(0, nodesMax);
  const rows = Math.max(1, Math.ceil(drawn.length / box.perRow));
  const [width, height] = [box.perRow * (box.width + box.gap), rows * rowHeight];
  const left = nodes.length > drawn.length ? `, ${nodes.length - drawn.length} nodes more` : '';
  const boxes = drawn.map((node, at) => nodeBox(node, resource, colours, at)).join('');
  return (
    `<figure><figcaption>${escapeHtml(name)}, after ${escapeHtml(formatSpan(atMs))}${left}</figcaption>` +
    `<svg width="${width}" height="${height}" role="img" aria-label="${escapeHtml(`${resource} of nodes with ${name}`)}">${boxes}</svg></figure>`
  );
}

/** Pixels below which an edge would hide a pod. */
const thin = 3;
const rowHeight = box.height + box.name + box.gap;

function nodeBox(node: NodeMoment, resource: string, colours: ReadonlyMap<string, string>, at: number): string {
  const x = (at % box.perRow) * (box.width + box.gap);
  const y = Math.floor(at / box.perRow) * rowHeight;
  const capacity = node.allocatable[resource] ?? 0;
  let filled = 0;
  const pods = node.pods.map(({ key, app, requests }) => {
    const share = capacity === 0 ? 0 : (requests[resource] ?? 0) / capacity;
    if (share <= 0) return '';
    const tall = share * box.height;
    filled += tall;
    const top = y + box.height - filled;
    const label = escapeHtml(`${key}: ${(share * 100).toFixed(1)} % of ${node.name}`);
    return `<rect x="${x}" y="${top.toFixed(2)}" width="${box.width}" height="${tall.toFixed(2)}" fill="${colours.get(app)}"${tall < thin ? '' : ' stroke="#fff" stroke-width=".5"'}><title>${label}</title></rect>`;
  });
  const full =
    capacity === 0 ? `no ${resource}` : `${((filled / box.height) * 100).toFixed(1)} % of its ${resource} asked for`;
  const title = `<title>${escapeHtml(`${node.name}: ${full}, ${node.pods.length} pods`)}</title>`;
  const size = `width="${box.width}" height="${box.height}"`;
  const frame = `<rect x="${x}" y="${y}" ${size} fill="${capacity === 0 ? '#fff' : '#eceff2'}">${title}</rect>`;
  const edge = `<rect x="${x}" y="${y}" ${size} fill="none" stroke="#8d96a0"${capacity === 0 ? ' stroke-dasharray="3"' : ''}/>`;
  // The ends of names tell nodes apart.
  const short = node.name.length > nameMax ? `…${node.name.slice(1 - nameMax)}` : node.name;
  const text = `<text x="${x + box.width / 2}" y="${y + box.height + 11}">${escapeHtml(short)}</text>`;
  return `<g>${frame}${pods.join('')}${edge}${text}</g>`;
}

/** One colour a workload, the same for both policies; the workloads with most pods first. */
function coloursOf({ a, b }: Comparison): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { metrics } of [a, b])
    for (const { pods } of metrics.busiest.nodes)
      for (const { app } of pods) counts.set(app, (counts.get(app) ?? 0) + 1);
  const apps = [...counts].sort(([one, m], [other, n]) => n - m || (one < other ? -1 : 1));
  // Steps of the golden angle keep neighbours apart however many there are.
  return new Map(
    apps.map(([app], at) => [app, `hsl(${Math.round(210 + at * 137.508) % 360} 60% ${at % 2 === 0 ? 50 : 62}%)`]),
  );
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character]!);
