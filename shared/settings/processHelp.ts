import type { z } from 'zod'
import { describeSettings, formatRows } from './describeSettings.ts'
import { processSettings } from './settings.ts'

/** What the exit codes of every process of ours mean, as a line of its help. */
export const exitCodes =
  'Exit codes: 0 stopped as it was told, 1 it failed, 2 wrong usage or settings, or what a setting leads to cannot be reached.'

export interface ProcessHelpOptions {
  /** What a person types. */
  readonly command: string
  /** What it is, in a sentence or two. */
  readonly about: string
  /** What it reads from the environment, besides the log's level. */
  readonly settings: Readonly<Record<string, z.ZodType>>
}

/** What a process that has no options but `--help` prints for it. */
export const processHelp = ({ command, about, settings }: ProcessHelpOptions): string => `${command}

${about}

Options
${formatRows([['--help', 'prints this']])}

Settings, from the environment, with their defaults
${describeSettings({ ...settings, LOG_LEVEL: processSettings.LOG_LEVEL })}

${exitCodes}
`
