/** The formats of names and labels: `format.dns1123Label().validate(self.name)` gives an optional list of faults. */
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '@pintle/machinery';
import { type Library, patternCost } from '../functions.js';
import { CelError, type Opaque, Optional } from '../values.js';
import { parseTimestamp } from './time.js';
import { urlFault } from './url.js';

export class Format implements Opaque {
  readonly celType = 'kubernetes.NamedFormat';
  constructor(
    readonly name: string,
    readonly faults: (text: string) => readonly string[],
    /** Of the pattern by which kube-apiserver reads it, or of one as long: what a look costs. */
    readonly patternLength: number,
  ) {}
  equals(other: Opaque): boolean {
    return other instanceof Format && other.name === this.name;
  }
}

/** A name that `generateName` may be given: what follows the prefix is not there yet. */
const ofPrefix = (faults: (text: string) => readonly string[]) => (text: string) => faults(text.replace(/-$/, 'a'));
const matching = (shape: RegExp, fault: string) => (text: string) => (shape.test(text) ? [] : [fault]);

function dateTimeFaults(text: string): readonly string[] {
  try {
    parseTimestamp(text);
    return [];
  } catch (error) {
    if (error instanceof CelError) return ['invalid datetime'];
    throw error;
  }
}

/** A day that there is. */
function dateFaults(text: string): readonly string[] {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day) ? [] : ['invalid date'];
}

const formats: readonly Format[] = [
  new Format('dns1123Label', dns1123LabelErrors, 30),
  new Format('dns1123Subdomain', dns1123SubdomainErrors, 60),
  new Format('dns1035Label', dns1035LabelErrors, 30),
  new Format('dns1123LabelPrefix', ofPrefix(dns1123LabelErrors), 30),
  new Format('dns1123SubdomainPrefix', ofPrefix(dns1123SubdomainErrors), 60),
  new Format('dns1035LabelPrefix', ofPrefix(dns1035LabelErrors), 30),
  new Format('qualifiedName', qualifiedNameErrors, 60),
  new Format('labelValue', labelValueErrors, 40),
  new Format('uri', (text) => [urlFault(text) ?? []].flat(), 1103),
  new Format(
    'uuid',
    matching(/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i, 'does not match the UUID format'),
    70,
  ),
  new Format(
    'byte',
    matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/, 'invalid base64'),
    84,
  ),
  new Format('date', dateFaults, 71),
  new Format('datetime', dateTimeFaults, 71),
];

const type = 'kubernetes.NamedFormat';

export const formatLibrary: Library = {
  types: [type],
  overloads: [
    ...formats.map((format) => ({ name: `format.${format.name}`, params: [], result: type, run: () => format })),
    {
      name: 'format.named',
      params: ['string'],
      result: `optional_type(${type})`,
      run(name: string) {
        const found = formats.find((format) => format.name === name);
        return found === undefined ? Optional.none : new Optional(found);
      },
    },
    {
      name: 'validate',
      as: 'method',
      params: [type, 'string'],
      result: 'optional_type(list(string))',
      run(format: Format, text: string) {
        const faults = format.faults(text);
        return faults.length === 0 ? Optional.none : new Optional(faults);
      },
      cost: ({ patternLength }: Format, text: string) => patternCost(text, patternLength),
    },
  ],
};
