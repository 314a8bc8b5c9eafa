/**
 * The public tables of the language (cel-spec). Left out is what Kubernetes has no use for: protocol buffers, and
 * the extensions that it has not switched on.
 */
import { tests } from '@bufbuild/cel-spec/testdata/conformance.js';
import { describe, expect, it } from '@jest/globals';
import { dyn } from './check/checked-type.js';
import { celEnvironment } from './compile.js';
import { bindLibrary } from './library/kubernetes.js';
import { parseDuration, parseTimestamp } from './library/time.js';
import { equal, isList, LiteralMap, Timestamp, Type, typeName, Uint, type Value } from './values.js';

interface TestValue {
  readonly nullValue?: null;
  readonly boolValue?: boolean;
  readonly int64Value?: string;
  readonly uint64Value?: string;
  readonly doubleValue?: number | string;
  readonly stringValue?: string;
  readonly bytesValue?: string;
  readonly typeValue?: string;
  readonly listValue?: { readonly values?: readonly TestValue[] };
  readonly mapValue?: { readonly entries?: readonly { readonly key: TestValue; readonly value: TestValue }[] };
  readonly objectValue?: { readonly '@type': string; readonly value?: string };
}

interface Case {
  readonly name: string;
  readonly expr: string;
  readonly container?: string;
  readonly disableCheck?: boolean;
  readonly value?: TestValue;
  readonly evalError?: unknown;
  readonly bindings?: Readonly<Record<string, { readonly value?: TestValue }>>;
}

const suitesWithout = new Set([
  // Messages of protocol buffers.
  'dynamic',
  'enums',
  'proto2',
  'proto2_ext',
  'proto3',
  'wrappers',
  'unknowns',
  'type_deductions',
  // Extensions that Kubernetes does not switch on.
  'block_ext',
  'encoders_ext',
  'math_ext',
  'network_ext',
]);
/** What cel-go, and so Kubernetes, lets pass. */
const lenient: ReadonlySet<string> = new Set([
  ...['map_key_float', 'map_value_repeat_key', 'map_value_repeat_key_heterogeneous'],
  ...['map_null_entry_no_such_key', 'map_present_key_invalid_field'],
  ...['indexof_out_of_range', 'lastindexof_out_of_range'],
]);
/** Kubernetes has the texts' extension of a version before the one of the tables: `%e`, lists and maps are written otherwise. */
const newerFormat =
  /^(?:list support for string|map support |dyntype (?:NaN|support for (?:lists|maps|scientific))|(?:positive|negative) infinity support for |NaN support for (?:decimal|scientific)|(?:default precision for )?scientific notation)/;
/** Names in back quotes are another of them. */
const quotedFields = 'quoted_map_fields';
const aboutMessages = /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration)|proto[23]|GlobalEnum|NestedEnum/;

function celValue(given: TestValue): Value {
  if ('nullValue' in given) return null;
  if (given.boolValue !== undefined) return given.boolValue;
  if (given.int64Value !== undefined) return BigInt(given.int64Value);
  if (given.uint64Value !== undefined) return new Uint(BigInt(given.uint64Value));
  if (given.doubleValue !== undefined) return Number(given.doubleValue);
  if (given.stringValue !== undefined) return given.stringValue;
  if (given.bytesValue !== undefined) return Uint8Array.from(Buffer.from(given.bytesValue, 'base64'));
  if (given.typeValue !== undefined) return new Type(given.typeValue);
  if (given.listValue !== undefined) return (given.listValue.values ?? []).map(celValue);
  if (given.mapValue !== undefined)
    return new LiteralMap((given.mapValue.entries ?? []).map(({ key, value }) => [celValue(key), celValue(value)]));
  const { '@type': type, value = '' } = given.objectValue ?? { '@type': 'none' };
  if (type.endsWith('Timestamp')) return parseTimestamp(value);
  if (type.endsWith('Duration')) return parseDuration(value);
  throw new Error(`a value of ${type}`);
}

/** As the tables have it: NaN is what is expected where NaN comes. */
function agrees(actual: Value, expected: Value): boolean {
  if (typeof expected === 'number' && Number.isNaN(expected)) return Number.isNaN(actual);
  if (isList(expected))
    return (
      isList(actual) && actual.length === expected.length && expected.every((each, at) => agrees(actual[at]!, each))
    );
  return typeName(actual) === typeName(expected) && equal(actual, expected);
}

const shown = (value: Value): string =>
  JSON.stringify(value, (_, each) =>
    typeof each === 'bigint' ? `${each}` : each instanceof Timestamp ? `${each.nanos}` : each,
  );

type Suite = {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: unknown }[];
};

/** Kubernetes checks every expression before it runs: a name that nobody declared is no matter of a run. */
const unchecked = /^(?:x|f_unknown\(17\)|a\.\w+\(\)) \|\| true$/;

const applicable = ({ name, expr, value, bindings }: Case) =>
  !lenient.has(name) &&
  !(newerFormat.test(name) && expr.includes('format(')) &&
  !unchecked.test(expr) &&
  !aboutMessages.test(expr) &&
  !aboutMessages.test(JSON.stringify([value, bindings]) ?? '');

describe.each(
  (tests as Suite).suites!.filter(({ name }) => !suitesWithout.has(name)).map((suite) => [suite.name, suite]),
)('cel-spec %s', (_, suite) => {
  const suites = (suite as Suite).suites!.filter(({ name }) => name !== quotedFields);
  const cases = suites.flatMap(({ name, tests: found = [] }) =>
    found.map(({ original }) => [`${name}: ${(original as Case).name}`, original as Case] as const),
  );
  it.each(cases.filter(([, test]) => applicable(test)))(
    '%s',
    (_name, { expr, value, evalError, bindings = {}, container, disableCheck }) => {
      const given = Object.fromEntries(
        Object.entries(bindings).map(([name, binding]) => [name, celValue(binding.value!)]),
      );
      const run = () =>
        celEnvironment({
          libraries: [bindLibrary],
          variables: Object.fromEntries(Object.keys(given).map((name) => [name, dyn])),
          ...(container === undefined ? {} : { container }),
          ...(disableCheck ? { check: false } : {}),
        })
          .compile(expr)
          .run(given).value;
      if (evalError !== undefined) expect(run).toThrow();
      else {
        const actual = run();
        const expected = value === undefined ? true : celValue(value);
        if (!agrees(actual, expected)) expect(`${expr} = ${shown(actual)}`).toBe(`${expr} = ${shown(expected)}`);
      }
    },
  );
});
