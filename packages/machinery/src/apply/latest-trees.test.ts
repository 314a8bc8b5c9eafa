import { expect, it } from '@jest/globals';
import { leaf, TreeBuilder } from './field-tree.js';

function built(...elements: readonly (string | readonly [element: string, ...below: readonly string[]])[]) {
  const builder = new TreeBuilder();
  for (const element of elements)
    if (typeof element === 'string') builder.add(element, leaf);
    else builder.add(element[0], built(...element.slice(1)));
  return builder.tree(false);
}

const ofPod = (label: string) => built(['f:metadata', label], ['f:spec', 'f:containers']);
const ofLease = (uid: number) => built(['f:metadata', `k:{"uid":"${uid}"}`], ['f:spec', 'f:renewTime']);

it('gives the same members one tree', () => {
  expect(ofPod('f:app')).toBe(ofPod('f:app'));
  expect(built('f:a', 'f:b')).not.toBe(built('f:a', 'f:c'));
});

it('goes on to do so for what comes after many that have one of their own', () => {
  for (let uid = 0; uid < 1000; uid++) ofLease(uid);
  expect(ofPod('f:tier')).toBe(ofPod('f:tier'));
});

it('keeps the tree of those that come again among many that come once', () => {
  const before = ofPod('f:app');
  for (let uid = 0; uid < 1000; uid++) {
    ofLease(uid);
    expect(ofPod('f:app')).toBe(before);
  }
});
