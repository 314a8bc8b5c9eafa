/** `docs/reference/compatibility.md`, from the tests and the headings of the code. Pure. */
import { readable, type TestFile } from './behaviours.js';
import type { Difference } from './differences.js';

const head = `# Compatibility

What Pintle does as Kubernetes 1.33 does, each with the test that proves it, and where it differs on purpose. This page is
written by \`npm run compatibility\` from the titles of the tests and the headings **Differs from Kubernetes** of the code;
\`npm run check\` fails where it is not up to date, and \`.ci/run\` where a test behind a row did not pass.
`;

export function pageOf(files: readonly TestFile[], differences: readonly Difference[]): string {
  const packages = new Map<string, TestFile[]>();
  for (const file of files) {
    const name = file.path.split('/')[1] ?? '';
    packages.set(name, [...(packages.get(name) ?? []), file]);
  }
  return [
    head,
    '## Where it differs',
    '',
    '| difference | where |',
    '|---|---|',
    ...differences.map(({ text, path }) => `| ${text.replaceAll('|', '\\|')} | ${link(path)} |`),
    '',
    ...[...packages].flatMap(([name, tests]) => ['', `## ${name}`, ...tests.flatMap(section)]),
    '',
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n');
}

function section({ path, about, behaviours }: TestFile): readonly string[] {
  const rows = new Set(behaviours.map(({ titles }) => `| ${titles.map(readable).join(' › ')} | ${link(path)} |`));
  return ['', `### ${about || path.split('/').at(-1)}`, '', '| behaviour | proved by |', '|---|---|', ...rows];
}

const link = (path: string) => `[${path.split('/').slice(-2).join('/')}](../../${path})`;
