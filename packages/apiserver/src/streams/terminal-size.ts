/** The size of a terminal as clients send it: `{"Width":80,"Height":24}` (client-go `TerminalSize`). */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

const sideMax = 65_535;

/** Undefined for what is no size: a client's mistake that is worth no more than being ignored. */
export function parseTerminalSize(text: string): TerminalSize | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const side = (name: string): number | undefined => {
    // As Go reads JSON: names in any case.
    const found = Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1];
    return Number.isInteger(found) && found > 0 && found <= sideMax ? found : undefined;
  };
  const [columns, rows] = [side('width'), side('height')];
  return columns === undefined || rows === undefined ? undefined : { columns, rows };
}
