import { decideHealth, type HealthFacts } from '../processor/observe/health.ts'
import { describe, expect, it } from 'vitest'
import { apiReadiness, processorReadiness } from './readiness.ts'

const shard = (number: number, status: HealthFacts['shards'][number]['status'], reason?: string) => ({
  shard: number,
  status,
  reason,
  position: 0,
  flushedPosition: 0,
  nextOffset: undefined,
})

/** What the processor itself answers if this holds and all else is well. */
const answerOf = (facts: Partial<HealthFacts>): string =>
  JSON.stringify(
    decideHealth({
      source: 'up',
      database: 'up',
      shards: [],
      trends: [],
      standings: { status: 'running', reason: undefined },
      placement: undefined,
      ...facts,
    }),
  )

describe('a processor', () => {
  it('is ready when it says so', () => {
    expect(processorReadiness(200, answerOf({}))).toEqual({ isReady: true })
  })

  it('is ready to be used if all that is wrong waits for a person', () => {
    const shards = [shard(0, 'running'), shard(1, 'stopped', 'the topic was created again')]
    const trends = [{ shard: 0, status: 'stopped', reason: 'a bug', position: 0 } as const]
    const standings = { status: 'stopped', reason: 'another bug' } as const
    expect(processorReadiness(503, answerOf({ shards, trends, standings }))).toEqual({ isReady: true })
  })

  it('is waited for, in words, while something comes by itself', () => {
    const shards = [shard(0, 'opening'), shard(1, 'stopped', 'lost'), shard(2, 'retrying', 'disk full')]
    const trends = [{ shard: 0, status: 'retrying', reason: undefined, position: 0 } as const]
    const standings = { status: 'retrying', reason: 'no room' } as const
    const facts = { source: 'connecting', database: 'down', shards, trends, standings } as const
    expect(processorReadiness(503, answerOf(facts))).toEqual({
      isReady: false,
      reason:
        'the topic is connecting; the database is down; shard 0 opening; shard 2 retrying (disk full); the trends of shard 0 retrying; ' +
        'the standings retrying (no room)',
    })
  })

  it.each(['<html>', '{}', '{"components":{}}'])('that answers %s is told of as it is', (body) => {
    expect(processorReadiness(502, `${body}\n`)).toEqual({
      isReady: false,
      reason: `it answers 502 ${body}`,
    })
  })
})

describe('an API', () => {
  it('is ready when it says so, and else waited for with its reason', () => {
    expect(apiReadiness(200, '{"status":"ready"}')).toEqual({ isReady: true })
    expect(apiReadiness(503, '{"status":"not_ready","reason":"the database cannot be read"}')).toEqual({
      isReady: false,
      reason: 'the database cannot be read',
    })
    expect(apiReadiness(500, 'oh')).toEqual({ isReady: false, reason: 'it answers 500 oh' })
  })
})
