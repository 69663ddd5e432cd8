import { parseArgs } from 'node:util'

export type Arguments =
  | { readonly ok: true; readonly help: boolean; readonly reset: boolean; readonly yes: boolean }
  | { readonly ok: false; readonly fault: string }

/** What was asked for behind `npm start --`. */
export const readArguments = (args: readonly string[]): Arguments => {
  const flag = { type: 'boolean', default: false } as const
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { ...flag, short: 'h' }, reset: flag, yes: { ...flag, short: 'y' } },
    })
    return { ok: true, ...values }
  } catch (error) {
    const [firstSentence = ''] = (error as Error).message.split('. ')
    return { ok: false, fault: `${firstSentence}. --help lists what there is` }
  }
}
