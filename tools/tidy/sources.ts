/** The project's own source files, read once for every check. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';

export const root = resolve('.');

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly package: string;
  readonly text: string;
  readonly isTest: boolean;
}

export function sources(): readonly Source[] {
  return readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name, 'src');
    return existsSync(folder) ? filesIn(folder).map((file) => read(name, file)) : [];
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function read(name: string, file: string): Source {
  const path = relative(root, file).split(sep).join('/');
  return { path, package: name, text: readFileSync(file, 'utf8'), isTest: /\.(test|system|fixture)\.ts$/.test(path) };
}

/** Module names that a file imports, with the line each stands on. */
export function importsOf(source: Source): readonly { readonly name: string; readonly line: number }[] {
  const found: { name: string; line: number }[] = [];
  const pattern = /^(?:import|export)\s[^;'"]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;
  for (const match of source.text.matchAll(pattern)) {
    found.push({
      name: (match[1] ?? match[2] ?? match[3])!,
      line: source.text.slice(0, match.index).split('\n').length,
    });
  }
  return found;
}

/** The text with comments and string contents blanked, line by line, so that words in them are not taken for code. */
export function codeOf(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, (match) =>
    match.replaceAll(/[^\n]/g, ' '),
  );
}
