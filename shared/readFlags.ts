import { parseArgs } from 'node:util'

/** Which flags were given, or why the arguments are refused, in one line. */
export type Flags<Name extends string> =
  | ({ readonly ok: true } & Readonly<Record<Name, boolean>>)
  | { readonly ok: false; readonly fault: string }

/** Reads a command line that knows these flags, `--name` or its one letter, and nothing else. */
export const readFlags = <Name extends string>(
  args: readonly string[],
  letters: Readonly<Record<Name, string | undefined>>,
): Flags<Name> => {
  const options = Object.fromEntries(
    Object.entries<string | undefined>(letters).map(([name, short]) => [
      name,
      { type: 'boolean' as const, default: false, ...(short === undefined ? {} : { short }) },
    ]),
  )
  try {
    const { values } = parseArgs({ args: [...args], options })
    return { ok: true, ...(values as Record<Name, boolean>) }
  } catch (error) {
    const [firstSentence = ''] = (error as Error).message.split('. ')
    return { ok: false, fault: `${firstSentence}. --help lists what there is` }
  }
}
