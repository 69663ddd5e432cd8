import { describe, expect, it } from 'vitest'
import { decodeRecord } from './decodeRecord.ts'
import { binary, decode, rejectionOf, structured, used } from '../testing/exampleMessage.ts'
import type { MessageHeaders } from './topicMessage.ts'

const { event_id, type, occurred_at, ...data } = used
const envelope = { specversion: '1.0', id: event_id, type, time: occurred_at, source: '/agents/7' }
const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64')
const faultsOf = (value: unknown, headers?: MessageHeaders) => rejectionOf(value, { headers })?.faults

describe('a message comes in', () => {
  it('as binary CloudEvent, its headers written in any case', () => {
    const shouted = Object.fromEntries(
      Object.entries(binary).map(([name, value]) => [name.toUpperCase(), value]),
    )
    expect(decode(data, { headers: shouted })).toEqual(decode(used))
  })

  it('as structured CloudEvent if the content type says so, whatever attributes stand in headers', () => {
    const headers = {
      ...binary,
      ce_id: 'another',
      'Content-Type': 'Application/CloudEvents+JSON; charset=utf-8',
    }
    expect(decode({ ...envelope, data }, { headers })).toEqual(decode(used))
  })

  it('as structured CloudEvent with its data in base64', () => {
    expect(decode({ ...envelope, data_base64: base64(data) }, { headers: structured })).toEqual(decode(used))
  })

  it('as test event', () => {
    for (const test of [undefined, null, false])
      expect(decode({ ...used, test })).toMatchObject({ ok: true, event: { isTest: false } })
    expect(decode({ ...used, test: true })).toMatchObject({ ok: true, event: { isTest: true } })
    const headers = structured
    expect(decode({ ...envelope, data: { ...data, test: true } }, { headers })).toMatchObject({
      event: { isTest: true },
    })
    const assessed = { ...used, type: 'pattern.quality_assessed', quality_score: 1, test: true }
    expect(decode(assessed)).toMatchObject({ ok: true, event: { isTest: true } })
  })

  it('with texts as long as the contract says, in characters', () => {
    const long = {
      pattern_name: '😀'.repeat(200),
      source: '😀'.repeat(200),
      error_message: '😀'.repeat(4_000),
      issues: ['😀'.repeat(200)],
    }
    expect(decode({ ...used, ...long }).ok).toBe(true)
    for (const field of ['pattern_name', 'source', 'error_message'] as const)
      expect(faultsOf({ ...used, [field]: `${long[field]}😀` })).toEqual([
        { path: field, message: expect.stringMatching(/^must have <=\d+ characters$/) },
      ])
    expect(faultsOf({ ...used, issues: ['', '😀'.repeat(201)] })).toMatchObject([{ path: 'issues.1' }])
  })

  it('with fields nested 64 deep', () => {
    const nested = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth))
    expect(decode({ ...used, context: nested(64), more: nested(64) }).ok).toBe(true)
    const headers = structured
    expect(decode({ ...envelope, data: { ...data, context: nested(64) } }, { headers }).ok).toBe(true)
    const message = 'must be nested at most 64 deep'
    expect(faultsOf({ ...used, context: nested(65) })).toEqual([{ path: 'context', message }])
    expect(faultsOf({ ...used, more: nested(65) })).toEqual([{ path: 'more', message }])
    expect(
      faultsOf({ ...envelope, more: nested(65), data: { ...data, context: nested(65) } }, structured),
    ).toEqual([
      { path: 'data.context', message },
      { path: 'more', message },
    ])
  })
})

describe('a message does not come in', () => {
  it.each<[string, unknown, MessageHeaders | undefined, string, string | RegExp]>([
    [
      'of another version of CloudEvents, binary',
      data,
      { ...binary, ce_specversion: '0.3' },
      'ce_specversion',
      'must be "1.0"',
    ],
    [
      'of another version of CloudEvents, structured',
      { ...envelope, specversion: '1.1', data },
      structured,
      'specversion',
      'must be "1.0"',
    ],
    [
      'as structured CloudEvent without a version',
      { ...envelope, specversion: undefined, data },
      structured,
      'specversion',
      'must be "1.0"',
    ],
    [
      'as binary CloudEvent without a version',
      data,
      { ...binary, ce_specversion: undefined, CE_ID: 'x' },
      'ce_specversion',
      /^is required, for the other ce_ headers/,
    ],
    ['as binary CloudEvent without an id', data, { ...binary, ce_id: undefined }, 'ce_id', 'is required'],
    [
      'as binary CloudEvent without a time',
      data,
      { ...binary, ce_time: undefined },
      'ce_time',
      'is required',
    ],
    [
      'with the headers of HTTP',
      data,
      { 'Ce-Specversion': '1.0', 'ce-id': event_id },
      'ce-specversion',
      'is named as over HTTP: over Kafka its prefix is ce_',
    ],
    [
      'with data in two fields',
      { ...envelope, data, data_base64: base64(data) },
      structured,
      'data_base64',
      'must not stand beside data',
    ],
    [
      'with data that is not base64',
      { ...envelope, data_base64: '{}' },
      structured,
      'data_base64',
      'must be text in base64',
    ],
    [
      'with data that is no text',
      { ...envelope, data_base64: data },
      structured,
      'data_base64',
      'must be text in base64',
    ],
    [
      'with data that is not JSON',
      { ...envelope, data_base64: base64('x') },
      structured,
      'data_base64',
      /JSON/,
    ],
    [
      'with data that lacks a field',
      { ...envelope, data_base64: base64({}) },
      structured,
      'data_base64.pattern_id',
      'is required',
    ],
    ['as structured CloudEvent that is no object', '[]', structured, 'specversion', 'must be "1.0"'],
    [
      'as a batch',
      [{ ...envelope, data }],
      { 'content-type': 'application/cloudevents-batch+json' },
      'content-type',
      /^application\/cloudevents-batch\+json is not read/,
    ],
    [
      'as Avro',
      Buffer.from([0xff, 0]),
      { ...binary, 'content-type': 'application/cloudevents+avro; v=1' },
      'content-type',
      /^application\/cloudevents\+avro is not read/,
    ],
    [
      'with a second 60 in the middle of a day',
      { ...used, occurred_at: '2026-01-02T12:34:60Z' },
      undefined,
      'occurred_at',
      'has a second 60 that is no leap second: those are at 23:59:60 UTC',
    ],
    [
      'in the year 0 minus an offset',
      { ...used, occurred_at: '0000-01-01T00:00:00+01:00' },
      undefined,
      'occurred_at',
      'is before the year 0000 in UTC',
    ],
    ['as neither test nor none', { ...used, test: 'true' }, undefined, 'test', 'must be true or false'],
  ])('%s', (_what, value, headers, path, message) => {
    const rejection = rejectionOf(value, { headers })
    expect(rejection?.reason).toBe('schema')
    expect(rejection?.faults).toContainEqual({
      path,
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  it('and says all that is wrong with it at once', () => {
    const value = { ...envelope, specversion: '0.3', time: '2026-01-02T12:34:60Z', data: { test: 1 } }
    expect(faultsOf(value, structured)?.map(({ path }) => path)).toEqual([
      'specversion',
      'time',
      'data.test',
      'data.pattern_id',
      'data.outcome',
    ])
  })
})

describe('an event that is in the log is not asked again', () => {
  it.each<[string, unknown, MessageHeaders | undefined, Record<string, unknown>]>([
    ['a CloudEvent 0.3', data, { ...binary, ce_specversion: '0.3' }, { eventId: event_id }],
    ['data in two fields', { ...envelope, data, data_base64: 'x' }, structured, { eventId: event_id }],
    [
      'a second 60 in the middle of a day',
      { ...used, occurred_at: '2026-01-02T12:34:60Z' },
      undefined,
      { occurredAt: Date.UTC(2026, 0, 2, 12, 35) - 1 },
    ],
    ['a field "test" of its own', { ...used, test: 'a' }, undefined, { isTest: false }],
  ])('with %s', (_what, value, headers, expected) => {
    expect(rejectionOf(value, { headers })?.reason).toBe('schema')
    const record = { position: 1, eventId: event_id, value: Buffer.from(JSON.stringify(value)), headers }
    expect(decodeRecord(record)).toMatchObject(expected)
  })
})
