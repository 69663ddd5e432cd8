import { createPostgresEventLog } from '@patterns/event-log/postgres/postgresEventLog.ts'
import { createLogger } from '@patterns/shared/logger.ts'
import { createPool } from '@patterns/shared/postgres/pool.ts'
import { patient, type TimeLimits } from '@patterns/shared/postgres/timeLimits.ts'
import { createTestDatabase, type TestDatabase } from '@patterns/testing/database.ts'
import { type SeededEvent, type SeedMessage, seedProjections } from '@patterns/testing/seedProjections.ts'
import { seedStandings } from '@patterns/testing/seedStandings.ts'
import type pg from 'pg'
import { type ApiServer, type ApiServerOptions, startApiServer } from '../server.ts'

/** What a request was answered with. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body, if it is JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it as they like
  readonly body: any
}

export interface TestApi {
  readonly url: string
  readonly database: TestDatabase
  /** The owner's pool: may write. */
  readonly owner: pg.Pool
  /** The API's own pool. */
  readonly reader: pg.Pool
  /** The time of the API's clock, epoch milliseconds. */
  now: number
  seed(messages: readonly SeedMessage[]): Promise<SeededEvent[]>
  /** Brings the standings up to the windows and to `now`, as the processor would within a second. */
  refresh(): Promise<void>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** Posts a text as JSON. */
  post(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** A route with numbers, by its path below the base. */
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  stop(): Promise<void>
}

export interface TestApiOptions extends Partial<
  Pick<ApiServerOptions, 'apiKeys' | 'corsOrigins' | 'rateLimitPerMinute'>
> {
  /** Epoch milliseconds. */
  readonly now?: number
  /** A database that exists already and outlives this API, so that another can read it. Default: one of its own. */
  readonly database?: TestDatabase
  /** What the log is called, in eight hexadecimal digits. Default: what the database has, as all of a run do. */
  readonly logId?: string
  /** How long the API's own pool lets things take. */
  readonly limits?: TimeLimits
  /** The API's way to the database, if it is not that of the tests. */
  readonly wayToDatabase?: (url: string) => Promise<string>
}

/** The whole API over real HTTP, on a database of its own. */
export const startTestApi = async ({
  now = Date.UTC(2026, 2, 18, 10, 30),
  database: given,
  logId,
  wayToDatabase = async (url) => url,
  limits = patient,
  ...options
}: TestApiOptions = {}): Promise<TestApi> => {
  const database = given ?? (await createTestDatabase())
  const logger = createLogger('api', 'silent')
  const pool = (access: 'owner' | 'reader', connectionString: string) =>
    createPool({
      connectionString,
      applicationName: `test ${access}`,
      access,
      max: access === 'reader' ? 12 : 4,
      pipeline: access === 'owner',
      limits: access === 'owner' ? patient : limits,
      onIdleError: () => {},
    })
  const owner = pool('owner', database.url)
  const reader = pool('reader', await wayToDatabase(database.url))
  const eventLog = createPostgresEventLog({ pool: owner })
  const send = async (path: string, request: RequestInit): Promise<Answer> => {
    const response = await fetch(`${api.url}${path}`, request)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }
  const api: TestApi = {
    url: '',
    database,
    owner,
    reader,
    now,
    async seed(messages) {
      const seeded = await seedProjections({ pool: owner, eventLog }, messages)
      await api.refresh()
      return seeded
    },
    refresh: () => seedStandings(owner, api.now),
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, body, headers = { 'content-type': 'application/json' }) =>
      send(path, { method: 'POST', body, headers }),
    ask: (path, headers) => api.get(`/api/pattern-analytics${path}`, headers),
    async stop() {
      await server?.stop()
      await Promise.all([owner.end(), reader.end()])
      if (given === undefined) await database.drop()
    },
  }
  let server: ApiServer | undefined
  try {
    if (logId !== undefined)
      await owner.query('update event_log_identity set id = $1', [`${logId}-0000-4000-8000-000000000000`])
    server = await startApiServer({
      pool: reader,
      eventLog: createPostgresEventLog({ pool: reader }),
      logger,
      host: '127.0.0.1',
      port: 0,
      clock: () => api.now,
      ...options,
    })
  } catch (error) {
    await api.stop()
    throw error
  }
  return Object.assign(api, { url: `http://127.0.0.1:${server.port}` })
}
