import type { z } from 'zod'
import { meanings } from './meanings.ts'

type Name = keyof typeof meanings

const defaultOf = (schema: z.ZodType): string => {
  const { success, data } = schema.safeParse(undefined)
  if (!success) return ' [must be set]'
  if (typeof data === 'boolean') return data ? ' [on]' : ' [off]'
  return typeof data === 'string' || typeof data === 'number' ? ` [${data}]` : ''
}

/** Names and what they mean, one a line, in two columns. */
export const formatRows = (entries: readonly (readonly [string, string])[]): string =>
  entries.map(([name, text]) => `  ${name.padEnd(22)}  ${text}`).join('\n')

/**
 * The settings that a process reads, each with what it means and its default, for its help.
 * @param special what some of them mean to this process alone
 */
export const describeSettings = (
  shape: Readonly<Partial<Record<Name, z.ZodType>>>,
  special: Readonly<Partial<Record<Name, string>>> = {},
): string =>
  formatRows(
    (Object.keys(meanings) as Name[]).flatMap((name) => {
      const schema = shape[name]
      return schema === undefined
        ? []
        : [[name, (special[name] ?? meanings[name]) + defaultOf(schema)] as const]
    }),
  )
