/**
 * Counts in numbered bins that keeps only the range of bins it has seen: `counts[i]`
 * belongs to bin `first + i`. Most windows see a few neighbouring bins of many.
 */
export interface Histogram {
  first: number
  counts: number[]
}

export const emptyHistogram = (): Histogram => ({ first: 0, counts: [] })

/** Adds `count` to a bin, widening the range if needed. */
export const addToBin = (histogram: Histogram, bin: number, count: number): void => {
  const { counts } = histogram
  if (counts.length === 0) {
    histogram.first = bin
    counts.push(count)
    return
  }
  while (bin < histogram.first) {
    counts.unshift(0)
    histogram.first--
  }
  while (bin >= histogram.first + counts.length) counts.push(0)
  counts[bin - histogram.first]! += count
}

/** Adds all of `from` to `into`. */
export const mergeHistogram = (into: Histogram, from: Histogram): void => {
  for (let i = 0; i < from.counts.length; i++) {
    const count = from.counts[i]!
    if (count > 0) addToBin(into, from.first + i, count)
  }
}

/** LEB128: seven bits a byte, least significant first. Divides instead of shifting, as counts may pass 32 bits. */
const writeVarint = (bytes: number[], value: number): void => {
  while (value >= 0x80) {
    bytes.push((value % 0x80) | 0x80)
    value = Math.floor(value / 0x80)
  }
  bytes.push(value)
}

/**
 * The canonical bytes: the first bin, then each count up to the last non-empty bin, as
 * varints; nothing at all if nothing was counted. Equal histograms give equal bytes,
 * since both ends of the range are bins that were counted.
 */
export const encodeHistogram = (histogram: Histogram): Buffer | null => {
  if (histogram.counts.length === 0) return null
  const bytes: number[] = []
  writeVarint(bytes, histogram.first)
  for (const count of histogram.counts) writeVarint(bytes, count)
  return Buffer.from(bytes)
}

/** The reverse of `encodeHistogram`. */
export const decodeHistogram = (bytes: Uint8Array | null): Histogram => {
  if (bytes === null) return emptyHistogram()
  const values: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    if (byte >= 0x80) {
      scale *= 0x80
    } else {
      values.push(value)
      value = 0
      scale = 1
    }
  }
  return { first: values[0]!, counts: values.slice(1) }
}
