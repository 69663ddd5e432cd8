import { isIP } from 'node:net'

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

export interface AccessSettings {
  readonly HOST: string
  readonly API_KEYS?: readonly string[] | undefined
  readonly ALLOW_ANONYMOUS: boolean
}

/** Why the API must not be opened on this address; `undefined` if it may. */
export const refuseBind = ({ HOST, API_KEYS, ALLOW_ANONYMOUS }: AccessSettings): string | undefined => {
  if (isLoopback(HOST) || ALLOW_ANONYMOUS || (API_KEYS !== undefined && API_KEYS.length > 0)) return undefined
  return `HOST ${HOST} can be reached by others: set API_KEYS to the SHA-256 of each key (printf %s "$KEY" | sha256sum), or ALLOW_ANONYMOUS=true`
}
