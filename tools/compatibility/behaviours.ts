/** What the tests say of themselves: the titles of every test of a file, by the descriptions that they stand in. Pure. */
import ts from 'typescript';

export interface TestFile {
  /** From the root of the project. */
  readonly path: string;
  /** The first sentence of its head. */
  readonly about: string;
  readonly behaviours: readonly Behaviour[];
}

export interface Behaviour {
  /** The titles from the outside in, as they are written: with `%s` and `$name` where a table fills them in. */
  readonly titles: readonly string[];
}

export function readTestFile(path: string, text: string): TestFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const behaviours: Behaviour[] = [];
  const visit = (node: ts.Node, outer: readonly string[]): void => {
    const call = ts.isCallExpression(node) ? testCall(node) : undefined;
    if (call === undefined) {
      ts.forEachChild(node, (child) => visit(child, outer));
      return;
    }
    const titles = [...outer, call.title];
    if (call.kind === 'it') behaviours.push({ titles });
    else for (const argument of (node as ts.CallExpression).arguments.slice(1)) visit(argument, titles);
  };
  visit(source, []);
  return { path, about: headOf(text), behaviours };
}

/** `it('…')`, `it.each(table)('…')`, `(condition ? describe : describe.skip)('…')`. */
function testCall(node: ts.CallExpression): { readonly kind: 'it' | 'describe'; readonly title: string } | undefined {
  const [first] = node.arguments;
  const title = first === undefined ? undefined : titleOf(first);
  if (title === undefined) return undefined;
  const callee = node.expression.getText();
  const isTest = /^(it|test)($|\.(each|skip|only|failing|concurrent)\b)/.test(callee);
  const kind = /^\(?[^'"`]*\bdescribe\b/.test(callee) ? 'describe' : isTest ? 'it' : undefined;
  return kind === undefined ? undefined : { kind, title };
}

/** What a template fills in is as what a table fills in. */
function titleOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('%s');
}

function headOf(text: string): string {
  const [, comment = ''] = /^\s*\/\*\*([\s\S]*?)\*\//.exec(text) ?? [];
  const words = comment
    .replaceAll(/\s*\n\s*\*\s?/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return (/^(.*?[.:])(\s|$)/.exec(words)?.[1] ?? words).replace(/[.:]$/, '');
}

/** A title as people read it: what a table fills in is an ellipsis. */
export const readable = (title: string): string =>
  title
    .replaceAll(/%[sdijop#]|\$\w+(\.\w+)*/g, '…')
    .replaceAll('|', '\\|')
    .replaceAll(/\s+/g, ' ');

/** Whether the name of a test that ran is one of this behaviour. */
export function isOf({ titles }: Behaviour, name: readonly string[]): boolean {
  return (
    titles.length === name.length &&
    titles.every((title, index) => {
      const parts = title
        .split(/%[sdijop#]|\$\w+(?:\.\w+)*|%%/)
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(name[index] ?? '');
    })
  );
}
