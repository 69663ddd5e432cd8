import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

/** Rows on their way into one table. */
export interface RowCopy {
  /** Lines of COPY's text format. Waits while the database is behind. */
  write(lines: string): Promise<void>
  /** Resolves once all rows are in the table. */
  end(): Promise<void>
}

/** Begins a COPY on a connection of its own, so that several tables can be filled in turn. */
export const openCopy = async (databaseUrl: string, table: string, columns: string): Promise<RowCopy> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin`))
  return {
    async write(lines) {
      if (!stream.write(lines)) await once(stream, 'drain')
    },
    async end() {
      stream.end()
      await finished(stream)
      await client.end()
    },
  }
}
