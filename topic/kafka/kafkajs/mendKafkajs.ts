import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface RequestQueuePrototype {
  scheduleCheckPendingRequests(this: { pending: unknown[] }): void
}
interface ConnectionPrototype {
  processData(this: ConnectionPrototype, data: Buffer): void
  chunks: Buffer[]
  readonly bytesBuffered: number
  connect(this: ConnectionPrototype): Promise<unknown>
  disconnect(this: ConnectionPrototype): Promise<unknown>
  socket?: { readonly destroyed: boolean } | undefined
  readonly connectionTimeout: number
  connecting?: Promise<unknown> | undefined
}
interface MetadataResponse {
  readonly topicMetadata: readonly {
    readonly partitionMetadata: readonly { readonly partitionErrorCode: number }[]
  }[]
}
interface MetadataModule {
  parse(response: MetadataResponse): Promise<unknown>
}

/** LEADER_NOT_AVAILABLE, REPLICA_NOT_AVAILABLE and LISTENER_NOT_FOUND: nobody can be asked for the partition now. */
const leaderless = new Set([5, 9, 72])

/**
 * Mends, in kafkajs' own classes, faults that we cannot leave as shipped. It is not maintained any more, and its
 * version is pinned.
 */
export const mendKafkajs = (): void => {
  const requestQueue = (require('kafkajs/src/network/requestQueue') as { prototype: RequestQueuePrototype })
    .prototype
  const scheduleCheck = requestQueue.scheduleCheckPendingRequests
  // As shipped it sets a timer of a negative time after each response, for ever, also where nothing waits:
  // a busy loop of 1 ms and a TimeoutNegativeWarning.
  requestQueue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) scheduleCheck.call(this)
  }

  const connection = (require('kafkajs/src/network/connection') as { prototype: ConnectionPrototype })
    .prototype
  const { connect, disconnect, processData } = connection
  // As shipped, requests that find the connection closed at the same time each open a socket and lose the others'.
  connection.connect = async function () {
    if (this.connecting) return this.connecting
    const forget = () => (this.connecting = undefined)
    // A TLS handshake that the server ends settles nothing: the next request must not wait for it.
    const expiry = setTimeout(forget, this.connectionTimeout + 1_000).unref()
    this.connecting = connect.call(this).finally(() => {
      clearTimeout(expiry)
      forget()
    })
    return this.connecting
  }
  // As shipped it unrefs a dead socket at each try to connect, which leaves a listener behind every time.
  connection.disconnect = async function () {
    if (this.socket?.destroyed) this.socket = undefined
    return disconnect.call(this)
  }
  // As shipped it keeps the nothing that is left of the response before, and copies each response to join the two.
  connection.processData = function (data) {
    if (this.bytesBuffered === 0) this.chunks = []
    processData.call(this, data)
  }
  // As shipped one partition without a leader is an error of the whole answer, and so keeps all others from being
  // read. Every later version of the response parses by this one, which is loaded before any of them.
  const metadata = require('kafkajs/src/protocol/requests/metadata/v0/response') as MetadataModule
  const { parse } = metadata
  metadata.parse = (response) =>
    parse({
      ...response,
      topicMetadata: response.topicMetadata.map((topic) => ({
        ...topic,
        partitionMetadata: topic.partitionMetadata.map((partition) =>
          leaderless.has(partition.partitionErrorCode)
            ? { ...partition, partitionErrorCode: 0, leader: -1 }
            : partition,
        ),
      })),
    })
}
