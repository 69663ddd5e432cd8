import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeError } from '../describeError.ts'
import { RefusedError } from '../exitCode.ts'

/** Bytes to publish. */
export interface Input extends AsyncDisposable {
  /** As messages call it. */
  readonly name: string
  /** In bytes; `undefined` if that is not known before the end. */
  readonly size: number | undefined
  read(): AsyncIterable<Buffer>
}

const openFile = async (path: string, name = path): Promise<Input> => {
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new Error('it is a folder')
    const file = await open(path)
    await file.close()
    // A pipe or a device has no size that would say anything.
    const size = found.isFile() ? found.size : undefined
    return { name, size, read: () => createReadStream(path), [Symbol.asyncDispose]: async () => {} }
  } catch (error) {
    throw new RefusedError(`${path} cannot be read: ${describeError(error)}`, { exitCode: 2 })
  }
}

/** Keeps all of a stream in a temporary file, so that it can be read twice. */
const spool = async (stdin: NodeJS.ReadStream): Promise<Input> => {
  const folder = await mkdtemp(join(tmpdir(), 'patterns-publish-'))
  const path = join(folder, 'input.ndjson')
  await using file = await open(path, 'w')
  for await (const chunk of stdin) await file.write(chunk as Buffer)
  const input = await openFile(path, 'standard input')
  return { ...input, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/**
 * The file, or standard input for `-` and for none.
 * @param isReadTwice whether `read` may be called a second time
 * @throws RefusedError
 */
export const openInput = async (
  file: string | undefined,
  stdin: NodeJS.ReadStream,
  isReadTwice: boolean,
): Promise<Input> => {
  if (file !== undefined && file !== '-') return openFile(file)
  if (file === undefined && stdin.isTTY) {
    throw new RefusedError('Nothing to publish: give --file, or pipe NDJSON in', { exitCode: 2 })
  }
  if (isReadTwice) return spool(stdin)
  return { name: 'standard input', size: undefined, read: () => stdin, [Symbol.asyncDispose]: async () => {} }
}
