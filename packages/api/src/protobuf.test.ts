/**
 * Objects of every kind, in JSON and in protobuf, as upstream's serializers write them. Where the reference folder is
 * present: `../shared/kubernetes` or `PINTLE_REFERENCE`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { apiVersionOf, openEnvelope, ProtobufError, readMessage, sealEnvelope, writeMessage } from '@pintle/machinery';
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

it.each([
  ['the version', [0x0a, 0x03, 0x0a, 0x01, 0xff]],
  ['the kind', [0x0a, 0x04, 0x12, 0x02, 0xc3, 0x28]],
])('an envelope with %s in no UTF-8 is none', (_what, bytes) => {
  const open = () => openEnvelope(Uint8Array.of(...Buffer.from('k8s\0'), ...bytes));
  expect(open).toThrow(ProtobufError);
  expect(open).toThrow('the protobuf body cannot be read: a text in it is not UTF-8');
});
