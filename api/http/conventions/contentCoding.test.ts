import { expect, it } from 'vitest'
import { gzipWish } from './contentCoding.ts'

it.each([
  [undefined, 'unwanted'],
  ['', 'unwanted'],
  ['gzip', 'accepted'],
  ['GZIP', 'accepted'],
  ['*', 'accepted'],
  ['gzip, deflate, br, zstd', 'accepted'],
  ['br;q=1.0, gzip;q=0.8, *;q=0.1', 'accepted'],
  ['gzip;q=0', 'unwanted'],
  ['gzip;q=0.000', 'unwanted'],
  ['gzip;q=0, *', 'unwanted'],
  ['*, gzip;q=0', 'unwanted'],
  ['br', 'unwanted'],
  ['identity', 'unwanted'],
  ['identity;q=1, gzip;q=0.5', 'unwanted'],
  ['identity;q=0.5, *;q=0', 'unwanted'],
  ['identity;q=0, gzip', 'required'],
  ['gzip, *;q=0', 'required'],
  // Nothing of ours would do: what everyone can read is better than nothing.
  ['identity;q=0', 'unwanted'],
  ['*;q=0', 'unwanted'],
])('Accept-Encoding %j: gzip is %s', (header, wish) => {
  expect(gzipWish(header)).toBe(wish)
})
