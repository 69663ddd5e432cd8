import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Part of the environment of a process that a test starts: Node keeps its compiled modules there, and starts in
 * half the time. Not for the tests themselves: coverage of what comes from the cache is not exact.
 */
export const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'patterns-compile-cache') } as const
