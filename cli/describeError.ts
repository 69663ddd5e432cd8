const ownWords = (error: Error): string => {
  // Node reports a refused connection to a name with several addresses as an error without a message.
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(describeError).join(', ')
  return error.message || error.name
}

/** An error and its causes in one line, without a stack. */
export const describeError = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const words = ownWords(error)
  const because = error.cause instanceof Error ? describeError(error.cause) : ''
  const line = because === '' || words.includes(because) ? words : `${words}: ${because}`
  return line.replaceAll(/\s*\n\s*/g, ' ')
}
