import { describe, expect, it } from 'vitest'
import { etagOf, matchesEtag } from './etag.ts'

const etag = etagOf('question', '0:1')

describe('an ETag', () => {
  it('differs with the question and with the vector', () => {
    expect(etag).toMatch(/^W\/"[\w-]+"$/)
    expect(new Set([etag, etagOf('question', '0:2'), etagOf('other', '0:1')]).size).toBe(3)
  })

  it.each([etag, etag.slice(2), `"x", ${etag}`, `${etag} , "y"`, '*'])('is matched by %s', (header) => {
    expect(matchesEtag(header, etag)).toBe(true)
  })

  it.each([undefined, '', '"x"', etag.slice(0, -2), `${etag}x`])('is not matched by %s', (header) => {
    expect(matchesEtag(header, etag)).toBe(false)
  })
})
