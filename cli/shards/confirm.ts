import { createInterface } from 'node:readline/promises'
import type { CliContext } from '../context.ts'
import { RefusedError } from '../exitCode.ts'

/** Asks the person whether to go on. @throws RefusedError if there is no terminal to ask on */
export const confirm = async (context: CliContext): Promise<boolean> => {
  if (!context.stdin.isTTY) throw new RefusedError('Nothing was changed: say --yes to go on', { exitCode: 2 })
  const prompt = createInterface({ input: context.stdin, output: context.stderr })
  const answer = await prompt.question('Go on? [y/N] ').finally(() => prompt.close())
  return /^y(es)?$/i.test(answer.trim())
}
