/** Files that flags name. Errors name the flag. */
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';

export const given = <Name extends string, Value>(name: Name, value: Value | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { [K in Name]?: Value };

export async function fileOf(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${flag} ${path}: ${(error as Error).message}`, { cause: error });
  }
}

export async function yamlFileOf(flag: string, path: string): Promise<unknown> {
  return parsedYaml(flag, await fileOf(flag, path));
}

export function parsedYaml(flag: string, text: string): unknown {
  try {
    return parseYaml(text, { version: '1.1' });
  } catch (error) {
    throw new Error(`${flag}: ${(error as Error).message}`, { cause: error });
  }
}
