import { type Flags, readFlags } from '@patterns/shared/readFlags.ts'

/** What was asked for behind `npm start --`. */
export const readArguments = (args: readonly string[]): Flags<'help' | 'reset' | 'yes'> =>
  readFlags(args, { help: 'h', reset: undefined, yes: 'y' })
