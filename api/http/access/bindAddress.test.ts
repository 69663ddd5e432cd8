import { describe, expect, it } from 'vitest'
import { refuseBind } from './bindAddress.ts'

const settings = (HOST: string, others: object = {}) => ({ HOST, ALLOW_ANONYMOUS: false, ...others })

describe('the address to open', () => {
  it.each(['127.0.0.1', 'localhost', '::1', '127.9.9.9'])('%s is open to this machine alone', (host) => {
    expect(refuseBind(settings(host))).toBeUndefined()
  })

  it.each(['0.0.0.0', '::', '10.0.0.1', 'dashboard.example', '127.evil.example'])(
    '%s needs keys, or the word that it may be open to all',
    (host) => {
      expect(refuseBind(settings(host))).toMatch(/^HOST .*API_KEYS.*ALLOW_ANONYMOUS/)
      expect(refuseBind(settings(host, { API_KEYS: [] }))).toBeDefined()
      expect(refuseBind(settings(host, { API_KEYS: ['ab'] }))).toBeUndefined()
      expect(refuseBind(settings(host, { ALLOW_ANONYMOUS: true }))).toBeUndefined()
    },
  )
})
