/**
 * `npm run compatibility` writes the page. `-- --check`: says whether it is up to date. `-- --results FILE`: says whether
 * every row was proved by a run of the tests, whose results jest wrote there (`npm test -- --json --outputFile=FILE`).
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isOf, type TestFile } from './behaviours.js';
import { pageOf } from './page.js';
import { readSources } from './sources.js';

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
    }[];
  }[];
}

const root = resolve(import.meta.dirname, '../..');
const path = resolve(root, 'docs/reference/compatibility.md');
const { values } = parseArgs({ options: { check: { type: 'boolean' }, results: { type: 'string' } } });
const { files, differences } = await readSources();
const page = pageOf(files, differences);

if (values.results !== undefined)
  report(unproved(files, JSON.parse(await readFile(values.results, 'utf8')) as Results));
else if (values.check) {
  const before = await readFile(path, 'utf8').catch(() => '');
  report(before === page ? [] : ['docs/reference/compatibility.md is not up to date: npm run compatibility']);
} else {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, page);
}

/** A row whose tests were skipped, for want of a program, is told of elsewhere and passed over here. */
function unproved(tests: readonly TestFile[], { testResults }: Results): readonly string[] {
  const byFile = new Map(testResults.map((result) => [relative(root, result.name), result.assertionResults]));
  return tests.flatMap((file) =>
    file.behaviours.flatMap((behaviour) => {
      const ran = (byFile.get(file.path) ?? []).filter(({ ancestorTitles, title }) =>
        isOf(behaviour, [...ancestorTitles, title]),
      );
      const proved = ran.length > 0 && ran.every(({ status }) => status === 'passed' || status === 'pending');
      return proved ? [] : [`${file.path}: "${behaviour.titles.join(' › ')}" was not proved`];
    }),
  );
}

function report(faults: readonly string[]): void {
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
