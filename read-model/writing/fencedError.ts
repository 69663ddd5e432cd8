/** Another owner has moved the shard on, so what this one holds in memory is not the shard's any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}
