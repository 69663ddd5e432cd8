import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createLogger } from './logger.ts'

const run = promisify(execFile)
const logger = JSON.stringify(fileURLToPath(new URL('logger.ts', import.meta.url)))

describe('a logger', () => {
  it('writes one JSON object a line to standard error, at its level and above', async () => {
    const script = `
      import { createLogger } from ${logger}
      const logger = createLogger('processor', 'info')
      logger.debug('not shown')
      logger.warn({ shard: 3 }, 'two\\nlines')
      logger.error({ err: new Error('broken') }, 'failed')`
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script])
    const lines = stderr.trim().split('\n')
    expect(stdout).toBe('')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        level: 40,
        name: 'processor',
        shard: 3,
        msg: 'two\nlines',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      }),
      expect.objectContaining({
        level: 50,
        err: expect.objectContaining({ message: 'broken' }),
        msg: 'failed',
      }),
    ])
  })

  it('can be silent', () => {
    expect(createLogger('test', 'silent').isLevelEnabled('fatal')).toBe(false)
  })
})
