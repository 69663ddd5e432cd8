import { hash } from 'node:crypto'

/** Weak, since two answers to one question at one vector differ in `generated_at` and in compression. */
export const etagOf = (question: string, vectorText: string): string =>
  `W/"${hash('sha1', `${question}\n${vectorText}`, 'base64url')}"`

/** RFC 9110, 13.1.2: If-None-Match is `*` or a list, compared weakly. */
export const matchesEtag = (ifNoneMatch: string | undefined, etag: string): boolean => {
  if (ifNoneMatch === undefined) return false
  const opaque = etag.replace(/^W\//, '')
  return ifNoneMatch
    .split(',')
    .some((candidate) => candidate.trim() === '*' || candidate.trim().replace(/^W\//, '') === opaque)
}
