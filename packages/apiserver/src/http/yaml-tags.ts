/** How Go's YAML takes scalars, where YAML 1.1 takes them otherwise. */
import { isInt64, numberOf } from '@pintle/machinery';
import type { ScalarTag, Tags } from 'yaml';

/** A dot alone is no number: so fields are named that stand for a whole, in the managed fields of every object. */
export const dotIsText = (tags: Tags): Tags =>
  tags.map((tag) => (isOf(tag, 'float') && tag.test?.test('.') === true ? { ...tag, test: withDigits } : tag));

/** When it reads: times, and numbers of hours and minutes, are texts, too; whole numbers are of 64 bits (`parseJson`). */
export const asGoReads = (tags: Tags): Tags =>
  dotIsText(tags)
    .filter((tag) => typeof tag === 'string' || !(isOf(tag, 'timestamp') || tag.format === 'TIME'))
    .map((tag) => (isOf(tag, 'int') ? withAllDigits(tag) : tag));

const isOf = (tag: Tags[number], type: 'float' | 'int' | 'timestamp'): tag is ScalarTag =>
  typeof tag !== 'string' && tag.tag === `tag:yaml.org,2002:${type}`;

const withDigits = /^[-+]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)$/;

/** More than any way to write 64 bits takes. */
const int64CharactersMax = 100;

const withAllDigits = (tag: ScalarTag): ScalarTag => ({
  ...tag,
  resolve(text, onError, options) {
    const value = tag.resolve(text, onError, { ...options, intAsBigInt: text.length <= int64CharactersMax });
    if (typeof value !== 'bigint') return value;
    return isInt64(value) ? numberOf(value) : Number(value);
  },
});
