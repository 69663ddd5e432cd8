import { describe, expect, it } from 'vitest'
import { binary, pathsOf, rejectionOf, structured, used } from '../testing/exampleMessage.ts'
import { explainFaults } from './explainFaults.ts'

describe('a message is rejected', () => {
  it('as schema, with every rule that it breaks', () => {
    expect(
      pathsOf({ ...used, event_id: 'x', pattern_id: undefined, occurred_at: '2026-01-02', outcome: 'ok' }),
    ).toEqual(['event_id', 'pattern_id', 'occurred_at', 'outcome'])
    expect(pathsOf({ ...used, issues: ['a', 7, 'x'.repeat(201)] })).toEqual(['issues.1', 'issues.2'])
    expect(pathsOf({ ...used, context: { a: 'x'.repeat(17_000) } })).toEqual(['context'])
    expect(pathsOf({ ...used, schema_version: 2 })).toEqual(['schema_version'])
    expect(
      pathsOf({
        ...used,
        type: 'pattern.quality_assessed',
        quality_score: 1,
        dimensions: { a: 0, b: 2, c: 'x' },
      }),
    ).toEqual(['dimensions.b', 'dimensions.c'])
    expect(pathsOf({ ...used, type: 'pattern.registered', pattern_name: '', pattern_type: 'No' })).toEqual([
      'pattern_name',
      'pattern_type',
    ])
  })

  it('as schema, with the rule in words', () => {
    expect(rejectionOf({ ...used, type: 'pattern.deleted' })).toEqual({
      reason: 'schema',
      faults: [
        {
          path: 'type',
          message: 'must be one of pattern.used, pattern.quality_assessed, pattern.registered',
        },
      ],
    })
    expect(rejectionOf({ ...used, event_id: 'x' })?.faults).toEqual([
      { path: 'event_id', message: 'must be a UUID' },
    ])
  })

  it('with paths in the names of version 0', () => {
    const old = { pattern_id: 'x', usage_timestamp: 'yesterday', outcome: 'fine' }
    expect(pathsOf(old)).toEqual(['pattern_id', 'usage_timestamp', 'outcome'])
  })

  it('with paths in the names of CloudEvents', () => {
    const data = { pattern_id: 'x', outcome: 'fine' }
    expect(pathsOf(data, { headers: { ...binary, ce_id: 'x', ce_time: 'y' } })).toEqual([
      'ce_id',
      'pattern_id',
      'ce_time',
      'outcome',
    ])
    const wrapped = { specversion: '1.0', id: 'x', type: 'pattern.used', time: 'y', source: 7, data }
    expect(pathsOf(wrapped, { headers: structured })).toEqual([
      'id',
      'data.pattern_id',
      'time',
      'source',
      'data.outcome',
    ])
  })

  it('with a hundred faults at most, and how many there are beyond', () => {
    const dimensions = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`d${i}`, 2]))
    const { faults } = rejectionOf({
      ...used,
      type: 'pattern.quality_assessed',
      quality_score: 1,
      dimensions,
    })!
    expect(faults).toHaveLength(101)
    expect(faults[99]?.path).toBe('dimensions.d99')
    expect(faults[100]).toEqual({ path: '', message: 'breaks 900 rules more' })
  })

  it('for no rule, if it breaks none', () => {
    expect(explainFaults(used, { wasUpcast: false, cloudEvent: undefined })).toEqual([])
  })
})
