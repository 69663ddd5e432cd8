import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { reset } from './reset.ts'
import type { ResetOptions } from './reset.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'patterns-reset-'))
  for (const name of ['postgres', 'topic', 'kafka']) {
    mkdirSync(join(dataDir, name))
    writeFileSync(join(dataDir, name, 'file'), 'data')
  }
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const terminal = (answer?: string) => {
  const input = Object.assign(new PassThrough(), { isTTY: answer !== undefined })
  if (answer !== undefined) input.write(`${answer}\n`)
  return { input, output: new PassThrough() } as unknown as ResetOptions['terminal']
}

describe('a reset', () => {
  it.each(['y', 'Yes'])('deletes the embedded data and nothing else when answered %s', async (answer) => {
    const done = await reset({
      dataDir,
      databaseUrl: undefined,
      confirmed: false,
      terminal: terminal(answer),
    })
    expect(done).toBe(true)
    expect(['postgres', 'topic', 'kafka'].map((name) => existsSync(join(dataDir, name)))).toEqual([
      false,
      false,
      true,
    ])
  })

  it.each(['n', '', 'yeah'])('deletes nothing when answered "%s"', async (answer) => {
    expect(
      await reset({ dataDir, databaseUrl: undefined, confirmed: false, terminal: terminal(answer) }),
    ).toBe(false)
    expect(existsSync(join(dataDir, 'postgres', 'file'))).toBe(true)
  })

  it('does not ask if it was answered beforehand', async () => {
    expect(await reset({ dataDir, databaseUrl: undefined, confirmed: true, terminal: terminal() })).toBe(true)
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
  })

  it('deletes nothing if there is no terminal to ask on', async () => {
    const attempt = reset({ dataDir, databaseUrl: undefined, confirmed: false, terminal: terminal() })
    await expect(attempt).rejects.toThrow(/--yes/)
    expect(existsSync(join(dataDir, 'postgres'))).toBe(true)
  })

  it('deletes nothing while a real database is set', async () => {
    const attempt = reset({ dataDir, databaseUrl: 'postgres://db/x', confirmed: true, terminal: terminal() })
    await expect(attempt).rejects.toThrow(/DATABASE_URL is set/)
    expect(existsSync(join(dataDir, 'topic'))).toBe(true)
  })
})
