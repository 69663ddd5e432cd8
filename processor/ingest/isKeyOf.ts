/** Whether a message's key is the id of a pattern, as the contract asks. Byte by byte: for each message of a backlog. */
export const isKeyOf = (key: Buffer | null, patternId: string): boolean => {
  if (key?.length !== patternId.length) return false
  for (let i = 0; i < key.length; i++) if (key[i] !== patternId.charCodeAt(i)) return false
  return true
}
