/** A response larger than this is none: Kafka's own limit of a fetch is 55 MB, ours is far less. */
const maxBytes = 256 << 20
const sizeBytes = 4

/** The peer does not speak Kafka's protocol, such as a server of another kind on the port. */
export class NotKafkaError extends Error {
  override readonly name = 'NotKafkaError'
}

/**
 * Cuts a stream of bytes into Kafka's frames: an int32 that says how many bytes follow, and these. Each frame,
 * its size included, is handed over in a buffer of its own, into which every byte is copied once; the chunks may
 * be reused afterwards.
 * @throws NotKafkaError for a size that no response has
 */
export const createFrames = (onFrame: (frame: Buffer) => void) => {
  const size = Buffer.alloc(sizeBytes)
  let sizeFilled = 0
  let frame: Buffer | undefined
  let filled = 0

  const begin = (): Buffer => {
    const bytes = size.readInt32BE(0)
    if (bytes < 0 || bytes > maxBytes)
      throw new NotKafkaError(`The peer does not speak Kafka's protocol: a response of ${bytes} bytes`)
    const begun = Buffer.allocUnsafe(sizeBytes + bytes)
    size.copy(begun)
    sizeFilled = 0
    filled = sizeBytes
    return begun
  }

  return (chunk: Buffer): void => {
    let at = 0
    while (at < chunk.length) {
      if (frame === undefined) {
        const copied = chunk.copy(size, sizeFilled, at)
        sizeFilled += copied
        at += copied
        if (sizeFilled < sizeBytes) return
        frame = begin()
      }
      const copied = chunk.copy(frame, filled, at)
      filled += copied
      at += copied
      if (filled < frame.length) return
      const whole = frame
      frame = undefined
      onFrame(whole)
    }
  }
}
