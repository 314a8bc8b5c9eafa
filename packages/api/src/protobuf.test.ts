/**
 * Objects of every kind, in JSON and in protobuf, as upstream's serializers write them. Where the reference folder is
 * present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  apiVersionOf,
  compileNormalizer,
  openEnvelope,
  ProtobufError,
  readMessage,
  sealEnvelope,
  writeMessage,
} from '@pintle/machinery';
import { Lease } from './coordination/v1/index.js';
import { PersistentVolumeClaim, Pod } from './core/v1/index.js';
import { builtinResources } from './index.js';
import { PodMetrics } from './metrics/v1beta1/metrics.js';

const folder = join(process.env['PINTLE_REFERENCE'] ?? resolvePath('../shared/kubernetes'), 'objects');
const present = existsSync(folder);
if (!present) process.stdout.write('skipped: the reference folder with the objects is not there\n');

const kinds = builtinResources()
  .flatMap(({ kind, versions = [] }) => [kind, ...versions.map((version) => version.kind)])
  .map((kind) => [`${kind.group === '' ? 'core' : kind.group}.${kind.version}.${kind.kind}`, kind] as const)
  .filter(([name]) => existsSync(join(folder, `${name}.pb`)));

(present ? describe : describe.skip)('protobuf', () => {
  it.each(kinds)('%s is written as it is read', (name, kind) => {
    const schema = kind.schema.node;
    const golden = openEnvelope(readFileSync(join(folder, `${name}.pb`)));
    const value = readMessage(schema, golden.message) as object;
    const named = { apiVersion: apiVersionOf(kind), kind: kind.kind };
    const sealed = sealEnvelope(named, writeMessage(schema, value));
    const { apiVersion, kind: ofKind, message } = openEnvelope(sealed);
    expect({ apiVersion, kind: ofKind }).toEqual(named);
    expect(readMessage(schema, message)).toEqual(value);
  });

  it.each(kinds)('%s says in protobuf what it says in JSON', (name, kind) => {
    const value = readMessage(kind.schema.node, openEnvelope(readFileSync(join(folder, `${name}.pb`))).message);
    const {
      apiVersion: _version,
      kind: _kind,
      ...json
    } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    expect(value).toEqual(json);
  });
});

it.each([
  ['10s', '10s', [0x1a, 0x06, 0x08, 0x80, 0xc8, 0xaf, 0xa0, 0x25]],
  ['1m0.5s', '60.5s', undefined],
  ['2h3ms', '7200.003s', undefined],
  ['0s', '0s', [0x1a, 0x02, 0x08, 0x00]],
])('a duration of %s is a message of nanoseconds', (text, read, bytes) => {
  const written = writeMessage(PodMetrics.schema.node, { window: text });
  if (bytes !== undefined) expect(Buffer.from(written).toString('hex')).toContain(Buffer.from(bytes).toString('hex'));
  expect(readMessage(PodMetrics.schema.node, written)).toMatchObject({ window: read });
});

const sealed = (bytes: readonly number[]) => Uint8Array.of(...Buffer.from('k8s\0'), ...bytes);

it.each([
  ['version', { apiVersion: '\ufffd', kind: '' }, [0x0a, 0x03, 0x0a, 0x01, 0xff]],
  ['kind', { apiVersion: '', kind: '\ufffd(' }, [0x0a, 0x04, 0x12, 0x02, 0xc3, 0x28]],
])('an envelope with a %s in no UTF-8 says one that nobody has', (_what, said, bytes) => {
  expect(openEnvelope(sealed(bytes))).toMatchObject(said);
});

it.each([
  [[0x0a, 0x03, 0x0a], 'unexpected EOF'],
  [[0x08, 0x01], 'proto: wrong wireType = 0 for field TypeMeta'],
  [[0x0a, 0x02, 0x10, 0x01], 'proto: wrong wireType = 0 for field Kind'],
  [[0x02, 0x00], 'proto: Unknown: illegal tag 0 (wire type 2)'],
  [[0x0d], 'proto: wrong wireType = 5 for field TypeMeta'],
  [[], 'empty body'],
])('an envelope of the bytes %j is none: %s', (bytes, words) => {
  const open = () => openEnvelope(sealed(bytes));
  expect(open).toThrow(ProtobufError);
  expect(open).toThrow(expect.objectContaining({ words }));
});

/** Messages of one field each, one within the other, around what the innermost holds. */
const within = (numbers: readonly number[], bytes: readonly number[]): readonly number[] =>
  numbers.reduceRight<readonly number[]>((inner, number) => [number * 8 + 2, inner.length].concat(inner), bytes);
const [text, zero] = [2, 0];

const noQuantity = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
it.each<readonly [bytes: readonly number[], words: string]>([
  [[0x0a], 'unexpected EOF'],
  [[0x0a, 0x05, 0x0a], 'unexpected EOF'],
  [within([1], [0x08, 0x01]), 'proto: wrong wireType = 0 for field Name'],
  [within([1], [0x28, 0x01]), 'proto: wrong wireType = 0 for field UID'],
  [within([2], [0x22, 0x00]), 'proto: wrong wireType = 2 for field TerminationGracePeriodSeconds'],
  [within([2, 2], [0x0c]), 'proto: Container: wiretype end group for non-group'],
  [within([1], [0x01, 0x00]), 'proto: ObjectMeta: illegal tag 0 (wire type 1)'],
  [within([1], [0x7f]), 'proto: illegal wireType 7'],
  [[0x0a, ...Array.from({ length: 10 }, () => 0x80), 0x01], 'proto: integer overflow'],
  [[0x0a, ...Array.from({ length: 9 }, () => 0xff), 0x01], 'proto: negative length found during unmarshaling'],
  [[0xfb, 0x01, 0x08, 0x01], 'unexpected EOF'],
  [within([2, 1, 2, 2, 2], [0x0a, 0x01, 0x78]), noQuantity],
  [within([2, 1, 2, 2], [0x12, 0x00]), noQuantity],
  [within([1], [0x5a, 0x02, 0x34, 0x00]), 'proto: unexpected end of group'],
])('a Pod of the bytes %j is none: %s', (bytes, words) => {
  expect(() => readMessage(Pod.schema.node, Uint8Array.from(bytes))).toThrow(expect.objectContaining({ words }));
});

it('a message passes over groups, keeps what is no UTF-8, and reads numbers as wide as they are', () => {
  const group = [0xfb, 0x01, 0x08, 0x01, 0x0b, 0x12, 0x01, 0x00, 0x0c, 0xfc, 0x01];
  const named = within([1], [0x0a, 0x02, 0x61, 0xff]);
  const wide = within([2], [0xf0, 1, 0x01, 0xc8, 0x01, ...[0x81, 0x80, 0x80, 0x80, 0x80, 0x01]]);
  expect(readMessage(Pod.schema.node, Uint8Array.from([...group, ...named, ...wide]))).toMatchObject({
    metadata: { name: 'a\ufffd' },
    spec: { enableServiceLinks: true, priority: 1 },
  });
});

describe("Go's zero values, which it writes of all that is no pointer", () => {
  it.each([
    ['an empty text of a pointer says so', Lease, within([2], [8 + text, 0]), { holderIdentity: '' }],
    [
      'as the class of a claim that wants none',
      PersistentVolumeClaim,
      within([2], [5 * 8 + text, 0]),
      { storageClassName: '' },
    ],
    ['a 0 of a pointer says so', Pod, within([2], [4 * 8 + zero, 0]), { terminationGracePeriodSeconds: 0 }],
    ['a false of a pointer says so', Pod, within([2], [0xf0, 1, 0]), { enableServiceLinks: false }],
    ['others say nothing', Pod, within([2], [10 * 8 + text, 0, 11 * 8 + zero, 0]), {}],
    [
      'but for what has to be there',
      Pod,
      within([2, 2], [8 + text, 0, 2 * 8 + text, 0, 16 * 8, 1, 0]),
      { containers: [{ name: '' }] },
    ],
  ] as const)('%s', (_what, kind, bytes, spec) => {
    const read = readMessage(kind.schema.node, Uint8Array.from(bytes)) as { spec: object };
    expect(read.spec).toEqual(spec);
  });

  it('say as much in JSON', () => {
    const normalize = compileNormalizer(Pod.schema.node, { mode: 'typed' });
    const container = {
      name: 'a',
      stdin: false,
      env: [{ name: 'A', value: '' }],
      ports: [{ containerPort: 0, hostPort: 0 }],
    };
    const spec = { nodeName: '', hostname: '', priority: 0, hostNetwork: false, containers: [container] };
    const { value } = normalize({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: '' }, spec });
    expect(value).toMatchObject({
      metadata: { name: 'a' },
      spec: { priority: 0, containers: [{ name: 'a', env: [{ name: 'A' }], ports: [{ containerPort: 0 }] }] },
    });
    expect(JSON.stringify(value)).not.toMatch(/nodeName|hostname|hostNetwork|stdin|"value"|hostPort|namespace/);
  });
});
