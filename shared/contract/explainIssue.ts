/** What zod says of a broken rule, in words for people; for rules that have no words of ours. */
export const explainIssue = (message: string): string => {
  if (message.endsWith('received undefined')) return 'is required'
  return message
    .replace(/^Too (?:small|big): expected \w+ to /, 'must ')
    .replace(/^Invalid (?:input|option): expected /, 'must be ')
    .replace(/, received .*$/, '')
    .replace(/^must be (?=(?:object|array|int)\b)/, 'must be an ')
    .replace(/^must be (?=(?:string|number|boolean|record)\b)/, 'must be a ')
}
