import { describe, expect, it } from '@jest/globals';
import { ImageNotFoundError } from '@pintle/contracts';
import { type ImageCatalogue, resolveImage } from './image-catalogue.js';

const catalogue: ImageCatalogue = {
  'node:*': 'host',
  'node:20': { folder: '/exact' },
  'example.com/*': { folder: '/any' },
  'example.com/shop/*': { folder: '/shop' },
  busybox: { folder: '/busybox' },
  'a*b*c': { folder: '/abc' },
};

describe('resolveImage', () => {
  const cases: [image: string, source: unknown][] = [
    ['node:18', 'host'],
    ['node', 'host'],
    ['node:20', { folder: '/exact' }],
    ['example.com/web', { folder: '/any' }],
    ['example.com/shop/web:2', { folder: '/shop' }],
    ['busybox', { folder: '/busybox' }],
    ['busybox:latest', { folder: '/busybox' }],
    ['axxbyyc', { folder: '/abc' }],
  ];
  for (const [image, source] of cases) {
    it(`finds ${image}`, () => expect(resolveImage(catalogue, image)).toEqual(source));
  }

  for (const image of ['busybox:1', 'nodejs:20', 'python', 'ab:1', '']) {
    it(`does not know ${JSON.stringify(image)}, and says what it knows`, () => {
      expect(() => resolveImage(catalogue, image)).toThrow(ImageNotFoundError);
      expect(() => resolveImage(catalogue, image)).toThrow(/image catalogue .* knows .*node:\*/);
    });
  }

  it('says when the catalogue is empty', () => expect(() => resolveImage({}, 'x')).toThrow(/it is empty/));
});
