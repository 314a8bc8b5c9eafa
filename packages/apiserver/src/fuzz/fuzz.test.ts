/** Requests at random are never the server's fault. `npm run fuzz` puts a million of them. */
import { expect, it } from '@jest/globals';
import { fuzz } from './fuzz-run.fixture.js';

/** More where the system tests are required, as in continuous integration. */
const requests = process.env['PINTLE_SYSTEM_TESTS'] === 'required' ? 50_000 : 2_500;

it(`${requests} requests that make no sense raise no fault of the server`, async () => {
  const { faults, rejections, codes } = await fuzz({ seed: 11, requests });
  expect(faults).toEqual([]);
  expect(rejections).toEqual([]);
  // All roads have been taken.
  expect([...codes.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 401, 404, 405, 409, 415, 422]));
}, 600_000);
