/** Lines on the host's console: time, level, message, and the fields as JSON. What hosts have unless they say otherwise. */
import { stringifyJson } from '../json/json-text.js';
import type { Clock } from './clock.js';
import { type Logger, type LogLevel, logger } from './logger.js';
import { realClock } from './real-world.js';
import { formatMicroTime } from './timestamp.js';

export function consoleLogger(level: LogLevel = 'info', clock: Pick<Clock, 'now'> = realClock()): Logger {
  return logger((at, message, fields) => {
    const write =
      at === 'debug' ? console.debug : at === 'info' ? console.info : at === 'warn' ? console.warn : console.error;
    write(`${formatMicroTime(clock.now())} ${at} ${message}${formatFields(fields)}`);
  }, level);
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(fields).map(([name, value]) => ` ${name}=${formatValue(value)}`);
  return parts.join('');
}

/** Of an error its stack, where it has one: it is read by people. */
function formatValue(value: unknown): string {
  if (value instanceof Error) return value.stack ?? String(value);
  return typeof value === 'string' ? JSON.stringify(value) : (stringifyJson(value) ?? String(value));
}
