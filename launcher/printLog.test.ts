import { describe, expect, it } from 'vitest'
import { printLog } from './printLog.ts'

const record = (fields: object) =>
  JSON.stringify({
    level: 30,
    time: '2026-11-22T20:14:54.365Z',
    pid: 7,
    hostname: 'vm',
    name: 'api',
    ...fields,
  })

describe('a printed log line', () => {
  it('has the time, the process, the level and the message, then the rest', () => {
    expect(printLog('api', record({ port: 8053, path: '/a b', shards: [0, 1], msg: 'listening' }))).toBe(
      '20:14:54.365 api       info  listening port=8053 path="/a b" shards=[0,1]',
    )
  })

  it('ends with the reason, as the sentence that it is', () => {
    const fields = { level: 50, shard: 2, reason: 'It is lost.\nRun "adopt".', msg: 'shard stopped' }
    expect(printLog('processor', record(fields))).toBe(
      '20:14:54.365 processor error shard stopped shard=2: It is lost. Run "adopt".',
    )
  })

  it('shows what went wrong with its stack', () => {
    const err = { type: 'Error', message: 'lost', stack: 'Error: lost\n    at here' }
    expect(printLog('processor', record({ level: 50, err, msg: 'broken' }))).toBe(
      '20:14:54.365 processor error broken\n             Error: lost\n                 at here',
    )
    expect(printLog('processor', record({ level: 60, err: { message: 'lost' }, msg: 'broken' }))).toContain(
      'lost',
    )
  })

  it('leaves what is no log record as it is', () => {
    for (const line of ['Segmentation fault', '{"level":30,"time', '{"some":"json"}', ''])
      expect(printLog('generator', line)).toBe(`             generator ${line}`)
  })
})
