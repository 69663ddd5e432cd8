import { describe, expect, it } from 'vitest'
import { cloudEventMode, envelopeHeaders, unwrapCloudEvent } from './cloudEvents.ts'
import type { MessageHeaders } from './topicMessage.ts'

const body = { pattern_id: '11111111-2222-4333-8444-555555555555', outcome: 'success' }

describe('the mode of a CloudEvent', () => {
  it.each<[MessageHeaders | undefined, string | undefined]>([
    [undefined, undefined],
    [{}, undefined],
    [{ 'content-type': 'application/json' }, undefined],
    [{ ce_specversion: Buffer.from('1.0') }, 'binary'],
    [{ ce_specversion: '1.0', 'content-type': 'application/json' }, 'binary'],
    [{ 'content-type': 'application/cloudevents+json' }, 'structured'],
    [{ 'content-type': Buffer.from('Application/CloudEvents+JSON; charset=UTF-8') }, 'structured'],
    [{ 'content-type': ['application/cloudevents+json', 'text/plain'] }, 'structured'],
    [{ 'content-type': 'application/cloudevents-batch+json' }, undefined],
    [{ 'content-type': [] }, undefined],
    [{ 'content-type': undefined }, undefined],
    // A Kafka header may be null, whatever the type of the client's library says.
    [{ 'content-type': null } as unknown as MessageHeaders, undefined],
    [{ ce_id: 'without a version' }, undefined],
  ])('of headers %j is %s', (headers, mode) => {
    expect(cloudEventMode(headers)).toBe(mode)
  })
})

describe('the headers that the log keeps', () => {
  it('are those of a CloudEvent, as text, and none of any other message', () => {
    expect(envelopeHeaders(undefined)).toBeUndefined()
    expect(envelopeHeaders({ trace: 'x', 'content-type': 'application/json' })).toBeUndefined()
    expect(
      envelopeHeaders({
        ce_specversion: Buffer.from('1.0'),
        ce_id: ['first', 'second'],
        ce_source: undefined,
        'content-type': Buffer.from('application/json'),
        trace: 'x',
      }),
    ).toEqual({ ce_specversion: '1.0', ce_id: 'first', ce_source: '', 'content-type': 'application/json' })
  })

  it('are the same when they are taken again from what was kept', () => {
    const headers = { ce_specversion: Buffer.from('1.0'), ce_id: Buffer.from([0xff, 0x61]), other: 'x' }
    const kept = envelopeHeaders(headers)
    expect(envelopeHeaders(kept)).toEqual(kept)
    expect(unwrapCloudEvent(body, headers, 'binary')).toEqual(unwrapCloudEvent(body, kept!, 'binary'))
  })
})

describe('a CloudEvent', () => {
  const expected = {
    ...body,
    event_id: 'the id',
    type: 'pattern.used',
    occurred_at: '2026-01-02T03:04:05Z',
    source: '/agents/7',
    schema_version: 1,
  }

  it('in binary mode has its attributes in headers and the rest in the value', () => {
    const headers = {
      ce_specversion: '1.0',
      ce_id: Buffer.from('the id'),
      ce_type: 'pattern.used',
      ce_time: [Buffer.from('2026-01-02T03:04:05Z')],
      ce_source: '/agents/7',
    }
    expect(unwrapCloudEvent(body, headers, 'binary')).toEqual(expected)
  })

  it('in structured mode has all in the value', () => {
    const value = {
      specversion: '1.0',
      id: 'the id',
      type: 'pattern.used',
      time: '2026-01-02T03:04:05Z',
      source: '/agents/7',
      data: body,
    }
    expect(unwrapCloudEvent(value, {}, 'structured')).toEqual(expected)
  })

  it('may say its schema version and a source of its own in the data', () => {
    const data = { ...body, schema_version: 2, source: 'agent 7' }
    expect(unwrapCloudEvent({ id: 'i', source: '/x', data }, {}, 'structured')).toMatchObject({
      schema_version: 2,
      source: 'agent 7',
    })
  })

  it('takes id, type and time from the attributes alone', () => {
    const data = { ...body, event_id: 'other', type: 'other', occurred_at: 'other' }
    expect(unwrapCloudEvent(data, { ce_specversion: '1.0' }, 'binary')).toMatchObject({
      event_id: undefined,
      type: undefined,
      occurred_at: undefined,
    })
  })

  it.each([null, 'text', 7, [body]])('whose data is %j has no body', (data) => {
    expect(unwrapCloudEvent({ id: 'i', data }, {}, 'structured')).not.toHaveProperty('outcome')
    expect(unwrapCloudEvent(data, { ce_specversion: '1.0' }, 'binary')).not.toHaveProperty('outcome')
    expect(unwrapCloudEvent(data, {}, 'structured')).not.toHaveProperty('outcome')
  })
})
