import type { ServerTiming } from './serverTiming.ts'

/** What the conventions put on each request. */
export interface ApiEnv {
  Variables: {
    requestId: string
    timing: ServerTiming
    /** Who asks: the API key's hash, else the address. */
    caller: string
  }
}
