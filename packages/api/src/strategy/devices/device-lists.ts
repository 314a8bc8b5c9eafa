/** Lists and maps of devices' kinds: how many there may be, and which may not be there twice. */
import { duplicateField, eachErrors, type FieldError, noErrors, tooManyField } from '@pintle/machinery';

type Check<T> = (item: T, path: string) => readonly FieldError[];

export const listErrors = <T>(
  items: readonly T[] | undefined = [],
  path: string,
  max: number,
  check: Check<T>,
): readonly FieldError[] => [
  ...eachErrors(items, path, check),
  ...(items.length > max ? [tooManyField(path, items.length, max)] : noErrors),
];

/** Items that differ by what `keyOf` tells of them, which stands in the field `.key` of each, or is the item itself. */
export function setErrors<T>(
  items: readonly T[] | undefined = [],
  path: string,
  max: number,
  check: Check<T>,
  keyOf: (item: T) => string,
  key = '',
): readonly FieldError[] {
  const keys = items.map(keyOf);
  return [
    ...listErrors(items, path, max, check),
    ...keys.flatMap((each, index) =>
      keys.indexOf(each) < index ? [duplicateField(`${path}[${index}]${key}`, each)] : [],
    ),
  ];
}

/** By its keys; a long one is told without its middle. */
export const mapErrors = <T>(
  items: Readonly<Record<string, T>> | undefined = {},
  path: string,
  keyMaxLength: number,
  checkKey: (key: string, path: string) => readonly FieldError[],
  check: Check<T> = () => noErrors,
): readonly FieldError[] =>
  Object.entries(items).flatMap(([key, item]) => {
    const at = `${path}[${shortened(key, keyMaxLength)}]`;
    return [...checkKey(key, at), ...check(item, at)];
  });

function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const room = maxLength - 3;
  return `${text.slice(0, Math.floor((room + 1) / 2))}...${text.slice(text.length - Math.floor(room / 2))}`;
}
