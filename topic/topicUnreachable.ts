/** The topic cannot be reached or used. The message is one line that names the setting at fault. */
export class TopicUnreachableError extends Error {
  override readonly name = 'TopicUnreachableError'
}
