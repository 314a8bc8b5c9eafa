/** Schedules as cron writes them: five fields, `@hourly` and its like, `@every 90s` (the grammar of robfig/cron). */
import { parseGoDuration } from '@pintle/machinery';
import { type Zone, zoneOf } from './zone.js';

/** The values that a field allows. */
export interface CronField {
  readonly values: ReadonlySet<number>;
  /** It was written as `*` or `?`: of the two fields for days, the other one decides. */
  readonly isAny: boolean;
}

export type CronSchedule =
  | {
      readonly type: 'fields';
      readonly minute: CronField;
      readonly hour: CronField;
      readonly dayOfMonth: CronField;
      /** From 1. */
      readonly month: CronField;
      /** From Sunday, 0. */
      readonly dayOfWeek: CronField;
      /** Of a `TZ=` before the fields. */
      readonly zone?: Zone;
    }
  | { readonly type: 'every'; readonly everyMs: number };

/** Text that is no schedule; says which part of it. */
export class CronSyntaxError extends Error {
  readonly code = 'PINTLE_CRON_SYNTAX';
  constructor(message: string) {
    super(message);
    this.name = 'CronSyntaxError';
  }
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: Readonly<Record<string, number>>;
}

const named = (names: string, first: number) =>
  Object.fromEntries(names.split(' ').map((name, index) => [name, first + index]));

const bounds = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: named('jan feb mar apr may jun jul aug sep oct nov dec', 1) },
  dayOfWeek: { min: 0, max: 6, names: named('sun mon tue wed thu fri sat', 0) },
} as const satisfies Record<string, Bounds>;

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const every = '@every ';

/** Errors: `CronSyntaxError`. */
export function parseCronSchedule(text: string): CronSchedule {
  if (text === '') throw new CronSyntaxError('empty spec string');
  const [, zoneName, rest = text] = /^(?:CRON_)?TZ=(\S*)\s*([\s\S]*)$/.exec(text) ?? [];
  const zone = zoneName === undefined ? undefined : zoneOf(zoneName);
  if (zoneName !== undefined && zone === undefined)
    throw new CronSyntaxError(`provided bad location ${zoneName}: unknown time zone ${zoneName}`);
  const spec = rest.trim();
  if (spec.startsWith(every)) return { type: 'every', everyMs: parseEvery(spec) };
  const fields = (spec.startsWith('@') ? descriptorFields(spec) : spec).split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5)
    throw new CronSyntaxError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields as [string, string, string, string, string];
  return {
    type: 'fields',
    minute: parseField(minute, bounds.minute),
    hour: parseField(hour, bounds.hour),
    dayOfMonth: parseField(dayOfMonth, bounds.dayOfMonth),
    month: parseField(month, bounds.month),
    dayOfWeek: parseField(dayOfWeek, bounds.dayOfWeek),
    ...(zone === undefined ? {} : { zone }),
  };
}

function descriptorFields(spec: string): string {
  const fields = descriptors[spec];
  if (fields === undefined) throw new CronSyntaxError(`unrecognized descriptor: ${spec}`);
  return fields;
}

/** Whole seconds, and at least one. */
function parseEvery(spec: string): number {
  const ms = parseGoDuration(spec.slice(every.length));
  if (ms === undefined) throw new CronSyntaxError(`failed to parse duration ${spec}`);
  return Math.max(1, Math.floor(ms / 1000)) * 1000;
}

function parseField(text: string, field: Bounds): CronField {
  const values = new Set<number>();
  let isAny = false;
  for (const part of text.split(',')) {
    if (part === '') continue;
    const { first, last, step, isAny: any } = parseRange(part, field);
    for (let value = first; value <= last; value += step) values.add(value);
    isAny ||= any;
  }
  if (values.size === 0) throw new CronSyntaxError(`no value in the list: ${text}`);
  return { values, isAny };
}

/** `*`, `5`, `5-20`, each with a step after `/`; `5/10` goes on to the end. */
function parseRange(text: string, { min, max, names }: Bounds) {
  const [range = '', stepText, ...moreSlashes] = text.split('/');
  const [from = '', to, ...moreHyphens] = range.split('-');
  const isWild = from === '*' || from === '?';
  if (moreHyphens.length > 0) throw new CronSyntaxError(`too many hyphens: ${text}`);
  const first = isWild ? min : parseValue(from, names);
  const upTo = isWild ? max : to === undefined ? undefined : parseValue(to, names);
  if (moreSlashes.length > 0) throw new CronSyntaxError(`too many slashes: ${text}`);
  const step = stepText === undefined ? 1 : parseValue(stepText);
  const last = upTo ?? (stepText === undefined ? first : max);
  if (first < min) throw new CronSyntaxError(`beginning of range (${first}) below minimum (${min}): ${text}`);
  if (last > max) throw new CronSyntaxError(`end of range (${last}) above maximum (${max}): ${text}`);
  if (first > last) throw new CronSyntaxError(`beginning of range (${first}) beyond end of range (${last}): ${text}`);
  if (step === 0) throw new CronSyntaxError(`step of range should be a positive number: ${text}`);
  return { first, last, step, isAny: isWild && step === 1 };
}

function parseValue(text: string, names: Readonly<Record<string, number>> = {}): number {
  const value = names[text.toLowerCase()];
  if (value !== undefined) return value;
  if (!/^[+-]?\d+$/.test(text))
    throw new CronSyntaxError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  if (Number(text) < 0) throw new CronSyntaxError(`negative number (${Number(text)}) not allowed: ${text}`);
  return Number(text);
}
