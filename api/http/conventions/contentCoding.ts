import Negotiator from 'negotiator'

/** What a caller wants of gzip: RFC 9110, 12.5.3. `required` if it takes an answer in no other way. */
export type GzipWish = 'required' | 'accepted' | 'unwanted'

/** @param acceptEncoding the header's value; a caller that sends none gets what everyone can read */
export const gzipWish = (acceptEncoding: string | undefined): GzipWish => {
  if (acceptEncoding === undefined) return 'unwanted'
  const headers = { 'accept-encoding': acceptEncoding }
  const [best, other] = new Negotiator({ headers }).encodings(['gzip', 'identity'])
  if (best !== 'gzip') return 'unwanted'
  return other === undefined ? 'required' : 'accepted'
}
