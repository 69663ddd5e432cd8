import { describeSettings, formatRows } from '@patterns/shared/settings/describeSettings.ts'
import { exitCodes } from '@patterns/shared/settings/processHelp.ts'
import { dashboardSettings } from './dashboardSettings.ts'

/** What `npm start -- --help` prints. */
export const help = (): string => `npm start [-- options]

Starts the whole dashboard backend: PostgreSQL, the processor, the API and demo traffic.
It prints "ready http://…" once it can be used. Ctrl-C stops it; the data stays for the next start.

Options
${formatRows([
  ['--reset', 'first deletes what the embedded PostgreSQL and the topic in files hold in DATA_DIR;'],
  ['', 'asks before it does. Never touches a database of DATABASE_URL or a topic of Kafka.'],
  ['--yes', 'answers yes to that question'],
  ['--help', 'prints this'],
])}

Settings, from the environment, with their defaults
${describeSettings(dashboardSettings, {
  DATABASE_URL: 'a real PostgreSQL database, instead of the embedded server',
})}

${exitCodes}
`
