import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the running processor is asked, for the operator's commands: they find it in the data directory. */
const urlFile = (dataDir: string): string => join(dataDir, 'processor.url')

export const announceProcessor = (dataDir: string, port: number): void =>
  writeFileSync(urlFile(dataDir), `http://127.0.0.1:${port}\n`)

export const withdrawProcessor = (dataDir: string): void => rmSync(urlFile(dataDir), { force: true })
