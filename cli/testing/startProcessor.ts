import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { vi } from 'vitest'

const main = fileURLToPath(new URL('../../processor/main.ts', import.meta.url))

export interface RunningProcessor {
  stop(): Promise<void>
}

/** Starts the real processor as a process of its own; resolves once it runs. */
export const startProcessor = async (env: Readonly<Record<string, string>>): Promise<RunningProcessor> => {
  const child = fork(main, {
    env: { PROCESSOR_PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let log = ''
  child.stderr!.on('data', (text: Buffer) => (log += text.toString()))
  const ended = once(child, 'exit')
  const answer = await Promise.race([once(child, 'message'), ended.then(() => ['ended'])])
  if (answer[0] !== 'ready') throw new Error(`The processor did not start: ${log}`)
  return {
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Resolves once so many messages of the topic have been taken, and what they became is in the windows. */
export const untilProjected = (pool: pg.Pool, messages: number): Promise<void> =>
  vi.waitFor(
    async () => {
      const { rows } = await pool.query<{ taken: number; behind: number }>(
        `select coalesce(sum(next_source_offset - first_source_offset), 0)::int as taken,
           coalesce(sum(shards.position - coalesce(checkpoints.position, 0)), 0)::int as behind
         from event_log_shards as shards left join projection_checkpoints as checkpoints
           on checkpoints.shard = shards.shard and projection = 'pattern_windows'`,
      )
      if (rows[0]!.taken < messages || rows[0]!.behind > 0) throw new Error(`only ${JSON.stringify(rows[0])}`)
    },
    { timeout: 25_000, interval: 20 },
  )
