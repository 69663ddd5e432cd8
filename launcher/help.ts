import { dashboardSettings } from './dashboardSettings.ts'

type Name = keyof typeof dashboardSettings

/** What each setting means, in the order that a person asks for them. */
const meanings: Readonly<Record<Name, string>> = {
  PORT: 'where the API listens; 0: any free port',
  HOST: "the address it listens on; another than this machine's needs API_KEYS or ALLOW_ANONYMOUS=true",
  DATA_DIR: 'where the embedded parts keep their data',
  DATABASE_URL: 'a real PostgreSQL database, instead of the embedded server',
  KAFKA_BROKERS: 'a real Kafka, as host:port,host:port, instead of files under DATA_DIR',
  KAFKA_TOPIC: 'the topic that is read',
  KAFKA_GROUP_ID: 'the consumer group',
  KAFKA_SSL: 'whether the brokers are reached with TLS',
  KAFKA_SASL_MECHANISM: 'plain, scram-sha-256 or scram-sha-512',
  KAFKA_SASL_USERNAME: 'who we are to the brokers',
  KAFKA_SASL_PASSWORD: 'the password for that',
  GENERATOR: 'whether demo traffic is published [on; off with KAFKA_BROKERS]',
  GENERATOR_RATE: 'demo events a second, once their history is published',
  GENERATOR_SEED: 'the same seed gives the same history',
  LOG_LEVEL: 'trace, debug, info, warn, error or silent',
  API_KEYS: 'hashes of the keys that the API lets in, with commas',
  ALLOW_ANONYMOUS: 'whether the API lets in everybody on any address',
  CORS_ORIGINS: 'the origins whose pages may ask the API, with commas',
  RATE_LIMIT_PER_MINUTE: 'requests a minute for each caller; 0: no limit',
  PROCESSOR_PORT: 'where the processor has its metrics and health; 0: any free port',
  FILE_TOPIC_PARTITIONS: 'partitions of the topic in files, where there is no Kafka',
  DUPLICATE_HORIZON: "how many of a partition's last events are searched for duplicates",
  FLUSH_INTERVAL_MS: 'the usual time between two writes of the windows, at the head of the log',
  TRENDS: 'whether trend lines are kept beside the windows, or left to the API to compute',
}

const defaultOf = (name: Name): string => {
  const { data } = dashboardSettings[name].safeParse(undefined)
  if (typeof data === 'boolean') return data ? ' [on]' : ' [off]'
  return typeof data === 'string' || typeof data === 'number' ? ` [${data}]` : ''
}

const rows = (entries: readonly (readonly [string, string])[]): string =>
  entries.map(([name, text]) => `  ${name.padEnd(22)}  ${text}`).join('\n')

/** What `npm start -- --help` prints. */
export const help = (): string => `npm start [-- options]

Starts the whole dashboard backend: PostgreSQL, the processor, the API and demo traffic.
It prints "ready http://…" once it can be used. Ctrl-C stops it; the data stays for the next start.

Options
${rows([
  ['--reset', 'first deletes what the embedded PostgreSQL and the topic in files hold in DATA_DIR;'],
  ['', 'asks before it does. Never touches a database of DATABASE_URL or a topic of Kafka.'],
  ['--yes', 'answers yes to that question'],
  ['--help', 'prints this'],
])}

Settings, from the environment, with their defaults
${rows((Object.keys(meanings) as Name[]).map((name) => [name, meanings[name] + defaultOf(name)]))}
`
