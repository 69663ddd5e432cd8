import { nearlyValidBodies, validBodies } from '@patterns/testing/eventBodies.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEvent } from '../readEvent.ts'
import { scanEvent } from './scanEvent.ts'

const usual = {
  event_id: '01a2027b-d699-7b9a-9320-e3920ff12feb',
  type: 'pattern.used',
  schema_version: 1,
  pattern_id: '559787ef-4167-464d-881d-0e70749c7831',
  occurred_at: '2026-11-22T09:00:00.025Z',
  correlation_id: '559787ef-4167-464d-881d-0e70749c7832',
  source: 'agent-2',
  pattern_name: 'pattern-0214',
  pattern_type: 'testing',
  outcome: 'success',
  quality_score: 0.857,
  execution_time_ms: 876,
  error_message: 'none to speak of',
  context: { language: 'go', files: 3, nested: { list: [1, -2500, 2.5e-7, true, null, [], {}] } },
}

/** What JSON.parse and the full check make of the same bytes. */
const general = (text: string) => {
  try {
    return readEvent(JSON.parse(text), Buffer.byteLength(text))
  } catch {
    return undefined
  }
}

const scan = (text: string) => scanEvent(Buffer.from(text))

/** It may leave the text to the general reader, but never read something else. */
const expectAgreement = (text: string) => {
  const expected = general(text)
  expect(scan(text) ?? expected).toEqual(expected)
}

describe('scanning an event from its bytes', () => {
  it('reads the form that producers write, with or without spaces, in any order, with unknown fields', () => {
    const written = [
      JSON.stringify(usual),
      JSON.stringify(usual, Object.keys(usual).toReversed()),
      JSON.stringify(usual).replaceAll('":', '": ').replaceAll(',"', ', "'),
      JSON.stringify({ extra: { a: [1] }, ...usual, more: 'text', none: null }),
      JSON.stringify({ ...usual, more: 'x'.repeat(20_000) }),
    ]
    for (const text of written) {
      expect(scan(text)).toBeDefined()
      expect(scan(text)).toEqual(general(text))
    }
  })

  it('leaves to the general reader what is not in that form, valid or not', () => {
    const line = JSON.stringify(usual)
    const left = [
      line.replace('agent-2', 'ägent-2'),
      line.replace('agent-2', String.raw`agent\u002d2`),
      line.replace('0.857', '8.57e-1'),
      line.replace('0.857', '0.85700000000000001'),
      line.replace('0.857', '1.5'),
      line.replace('0.857', '2'),
      line.replace('0.857', 'null'),
      line.replace('876', '1234567890'),
      line.replace('876', '86400001'),
      line.replace('876', '8.5'),
      line.replace('876', '"876"'),
      line.replace('"pattern.used"', '"pattern.registered"'),
      line.replace('"pattern.used"', '7'),
      line.replace('"testing"', '"Testing"'),
      line.replace('"testing"', '7'),
      line.replace('"pattern-0214"', '""'),
      line.replace('"pattern-0214"', '7'),
      line.replace('"pattern-0214"', `"${'x'.repeat(201)}"`),
      line.replace('"success"', '"great"'),
      line.replace('"success"', 'true'),
      line.replace('"schema_version":1', '"schema_version":2'),
      line.replace('"schema_version":1', '"schema_version":"1"'),
      line.replace('"source":"agent-2"', '"source":7'),
      line.replace('"source":"agent-2"', '"source":7x'),
      line.replace('"source":"agent-2"', '"sauce":tru'),
      line.replace('"source":"agent-2"', '"sauce"'),
      line.replace('"source":"agent-2"', '"issues":[]'),
      line.replace('"source":"agent-2"', '"outcome":"failure"'),
      line.replace('"source":"agent-2"', `"source":"${'x'.repeat(201)}"`),
      line.replace('"source":"agent-2"', `"sauce":${'['.repeat(20)}${']'.repeat(20)}`),
      line.replace('"language":"go"', `"language":"${'x'.repeat(4_000)}"`),
      line.replace('559787ef-4167-464d-881d-0e70749c7831', '559787EF-4167-464D-881D-0E70749C7831'),
      line.replace('"559787ef-4167-464d-881d-0e70749c7831"', '7'),
      line.replace('01a2027b-d699', '01a2027bxd699'),
      line.replace('"2026-11-22T09:00:00.025Z"', '7'),
      line.replace('09:00:00.025Z', '09:00:00Z'),
      line.replace('2026-11-22', '2024-02-29'),
      line.replace('2026-11-22', '2026-13-22'),
      line.replace('2026-11-22', '0026-11-22'),
      line.replace('09:00:00.025Z', '24:00:00.025Z'),
      line.replace('09:00:00.025Z', '09:00:00.02xZ'),
      line.replace('{"language":"go"', '{"language""go"'),
      line.replace('"files":3', '"files":3 '),
      line.replace('[1,-2500', '[1,-'),
      line.replace('"context":{', '"context":[{').replace('}}}', '}}]}'),
      `${line} `,
      line.slice(0, -1),
      `[${line}]`,
      '{}',
      '{"event_id":"',
      `{"event_id":"${usual.event_id}"}`,
      line.replace(`"pattern_id":"${usual.pattern_id}",`, ''),
      line.replace('"outcome":"success",', ''),
    ]
    for (const text of left) expect(scan(text), text.slice(150, 800)).toBeUndefined()
  })

  it('agrees with the general reader wherever it answers, whatever bytes are changed, added or cut', () => {
    const line = JSON.stringify(usual)
    const character = fc.constantFrom(...'{}[]",: \\0123456789.eE+-tfnulabz'.split(''), 'é', '\0')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(line.length), fc.nat(3), fc.string({ unit: character, maxLength: 3 })), {
          maxLength: 3,
        }),
        (edits) => {
          let text = line
          for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut)
          expectAgreement(text)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('agrees with the general reader on numbers and times of any size', () => {
    const line = JSON.stringify(usual)
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(200_000_000),
        fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
        (score, duration, time) => {
          const text = line
            .replace('0.857', String(score))
            .replace('876', String(duration))
            .replace('2026-11-22T09:00:00.025Z', time.toISOString())
          expectAgreement(text)
        },
      ),
      { numRuns: 5_000 },
    )
  })

  it('agrees with the general reader on every valid body, and on those that break some rule', () => {
    fc.assert(
      fc.property(fc.oneof(validBodies, nearlyValidBodies), (body) => expectAgreement(JSON.stringify(body))),
      { numRuns: 3_000 },
    )
  })
})
