import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import { envelopeHeaders } from '@patterns/shared/contract/cloudEvents.ts'
import type { MessageHeaders } from '@patterns/shared/contract/topicMessage.ts'
import { storableTime } from '../storableTime.ts'

/**
 * The payload of a segment, before compression:
 *
 *     uint32 LE   bytes of the index
 *     index       for each event: offset step, time step, header bytes, value bytes (varints)
 *     bodies      for each event: its headers as JSON (mostly none), then its value, as they came
 *
 * Steps are differences to the event before. Nothing is parsed and written out again.
 */
export interface PayloadEvent {
  readonly sourceOffset: number
  readonly recordedAt: number
  readonly value: Buffer
  readonly headers: MessageHeaders | undefined
}

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** The longest varint of a 53-bit number is 8 bytes; four a event. */
const maxIndexBytesPerEvent = 32

const writeVarint = (target: Buffer, at: number, value: number): number => {
  while (value >= 0x80) {
    target[at++] = (value % 0x80) | 0x80
    value = Math.floor(value / 0x80)
  }
  target[at++] = value
  return at
}

/** Zigzag: a small number of either sign becomes a small natural one. Broker times may step back. */
const zigzag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1)
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)

/** Compresses events in offset order, off the main thread. */
export const encodePayload = async (events: readonly PayloadEvent[]): Promise<Buffer> => {
  const headers = events.map((event) => {
    const encoded = envelopeHeaders(event.headers)
    return encoded === undefined ? undefined : Buffer.from(JSON.stringify(encoded))
  })
  let bodyBytes = 0
  for (let i = 0; i < events.length; i++) bodyBytes += events[i]!.value.length + (headers[i]?.length ?? 0)
  const raw = takeScratch(4 + events.length * maxIndexBytesPerEvent + bodyBytes)
  let at = 4
  let offset = 0
  let time = 0
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!
    const recordedAt = storableTime(event.recordedAt)
    at = writeVarint(raw, at, event.sourceOffset - offset)
    at = writeVarint(raw, at, zigzag(recordedAt - time))
    at = writeVarint(raw, at, headers[i]?.length ?? 0)
    at = writeVarint(raw, at, event.value.length)
    offset = event.sourceOffset
    time = recordedAt
  }
  raw.writeUInt32LE(at - 4, 0)
  for (let i = 0; i < events.length; i++) {
    const encoded = headers[i]
    if (encoded !== undefined) at += encoded.copy(raw, at)
    at += events[i]!.value.copy(raw, at)
  }
  try {
    return await compress(raw.subarray(0, at), {
      params: { [constants.ZSTD_c_compressionLevel]: 1 },
      // Stands in the frame then, so that a reader takes no more memory than it needs.
      pledgedSrcSize: at,
      // Room for all that comes out, mostly: events shrink to about a seventh.
      chunkSize: Math.max(64 * 1024, at >> 2),
    })
  } finally {
    scratch.push(raw)
  }
}

/** Used again and again: memory outside of V8's heap that is new each time sets off its collection. */
const scratch: Buffer[] = []
const takeScratch = (bytes: number): Buffer => {
  const reused = scratch.pop()
  return reused !== undefined && reused.length >= bytes ? reused : Buffer.allocUnsafe(bytes)
}

/** Below this a payload is unpacked sooner than it could be handed to another thread. */
const smallPayload = 16 * 1024

/**
 * How long a payload was before compression, by its frame (RFC 8878, 3.1.1.1); `undefined` if that does not say. None
 * of ours has a dictionary.
 */
const contentSize = (payload: Buffer): number | undefined => {
  const descriptor = payload[4]!
  // Only a frame that is one segment has no byte for its window.
  const isSingle = (descriptor & 0x20) !== 0
  const at = isSingle ? 5 : 6
  switch (descriptor >> 6) {
    case 0:
      return isSingle ? payload[at] : undefined
    case 1:
      return payload.readUInt16LE(at) + 256
    case 2:
      return payload.readUInt32LE(at)
    default:
      return Number(payload.readBigUInt64LE(at))
  }
}

/** A payload as it was before compression. */
export const unpackPayload = (payload: Buffer): Buffer | Promise<Buffer> => {
  // Where it does not say: events shrink to about a tenth. A buffer far too large costs more than the reading.
  const chunkSize = Math.min(4 * 1024 * 1024, Math.max(64, contentSize(payload) ?? payload.length * 16))
  return payload.length < smallPayload
    ? zstdDecompressSync(payload, { chunkSize })
    : decompress(payload, { chunkSize })
}

/** The reverse of `encodePayload`. Values are views of one buffer. */
export const decodePayload = async (payload: Buffer): Promise<PayloadEvent[]> =>
  readPayload(await unpackPayload(payload))

/** The events of an unpacked payload from one index to before another. Values are views of it. */
export const readPayload = (raw: Buffer, from = 0, to = Number.POSITIVE_INFINITY): PayloadEvent[] => {
  const events: PayloadEvent[] = []
  const indexEnd = 4 + raw.readUInt32LE(0)
  let at = 4
  let body = indexEnd
  let offset = 0
  let time = 0
  const readVarint = (): number => {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = raw[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }
  for (let i = 0; i < to && at < indexEnd; i++) {
    offset += readVarint()
    time += unzigzag(readVarint())
    const headerBytes = readVarint()
    const valueBytes = readVarint()
    if (i < from) {
      body += headerBytes + valueBytes
      continue
    }
    const headers: MessageHeaders | undefined =
      headerBytes === 0 ? undefined : JSON.parse(raw.toString('utf8', body, body + headerBytes))
    body += headerBytes
    events.push({
      sourceOffset: offset,
      recordedAt: time,
      value: raw.subarray(body, body + valueBytes),
      headers,
    })
    body += valueBytes
  }
  return events
}
