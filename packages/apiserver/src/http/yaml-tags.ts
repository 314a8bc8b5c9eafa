/** What Go's YAML takes for texts and YAML 1.1 does not. */
import type { Tags } from 'yaml';

/** A dot alone is no number: so fields are named that stand for a whole, in the managed fields of every object. */
export const dotIsText = (tags: Tags): Tags =>
  tags.map((tag) =>
    typeof tag !== 'string' && tag.tag === floatTag && tag.format === undefined ? withDigits(tag) : tag,
  );

/** When it reads: times, and numbers of hours and minutes, too. */
export const asGoReads = (tags: Tags): Tags =>
  dotIsText(tags).filter(
    (tag) => typeof tag === 'string' || !(tag.tag === 'tag:yaml.org,2002:timestamp' || tag.format === 'TIME'),
  );

const floatTag = 'tag:yaml.org,2002:float';
const withDigits = <T extends { readonly test?: RegExp | undefined }>(tag: T): T =>
  tag.test?.test('.') === true ? { ...tag, test: /^[-+]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*)$/ } : tag;
