/** What printer columns lead to. */
import { expect, it } from '@jest/globals';
import { compileJsonPath } from './json-path.js';

const object = {
  spec: {
    ports: [
      { name: 'web', port: 80 },
      { name: 'dns', port: 53 },
    ],
  },
  metadata: { labels: { 'app.kubernetes.io/name': 'shop' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', seen: [{ by: 'a', at: 1 }] },
      { type: 'Stalled', status: 'False' },
    ],
  },
};

it.each<[string, readonly unknown[]]>([
  ['.spec.ports[0].port', [80]],
  ['.spec.ports[*].name', ['web', 'dns']],
  ['.metadata.labels.app\\.kubernetes\\.io/name', ['shop']],
  [".metadata.labels['app.kubernetes.io/name']", ['shop']],
  ['.spec.ports[?(@.port==53)]', [{ name: 'dns', port: 53 }]],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  ["{.status.conditions[?(@.type=='Stalled')].status}", ['False']],
  ['.status.conditions[?(@.type=="Ready")].seen[?(@.by=="a")].at', [1]],
  ['.status.conditions[?(@.type=="Gone")].status', []],
])('%s', (path, values) => {
  expect(compileJsonPath(path)(object)).toEqual(values);
});

it('what cannot be read is told of with its place', () => {
  expect(() => compileJsonPath('.spec..ports')).toThrow('JSONPath ".spec..ports" cannot be read at position 5');
});
