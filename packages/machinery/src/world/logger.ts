/** The port of logs: a message and named values. Where they go is the host's choice. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  log(level: LogLevel, message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Logger;
}

/** Drops every line. */
export const silentLogger: Logger = { log: () => {}, with: () => silentLogger };

/** Hands every line at or above `level` to `write`. */
export function logger(
  write: (level: LogLevel, message: string, fields: LogFields) => void,
  level: LogLevel = 'info',
): Logger {
  const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
  const make = (bound: LogFields): Logger => ({
    log(at, message, fields) {
      if (rank[at] >= rank[level]) write(at, message, fields ? { ...bound, ...fields } : bound);
    },
    with: (fields) => make({ ...bound, ...fields }),
  });
  return make({});
}
