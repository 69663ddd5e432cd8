/** One row by column, every value as text, so that a row that was counted and one that was read compare. */
export type TableRow = Readonly<Record<string, string | null>>

/** What a row is kept under: its primary key as text. */
type Table = Map<string, TableRow>

/** All that the processor keeps, in one form for what should be there and what is. */
export interface Tables {
  /** By `granularity/pattern or all/start/shard`. */
  readonly windows: Table
  /** By `pattern/shard`. */
  readonly catalogue: Table
  /** By shard. */
  readonly heads: Table
  /** By shard. */
  readonly checkpoints: Table
  /** By `shard/position`. */
  readonly log: Table
  /** By `shard:offset`. */
  readonly deadLetters: Table
  /** By `shard:offset`. */
  readonly duplicates: Table
}

/** JSON with the names of each object in order. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const maxDifferences = 12

/** Every row that is missing, too much or different, as a line; the first few of each table. */
export const differences = (expected: Tables, found: Tables): string[] =>
  (Object.keys(expected) as (keyof Tables)[]).flatMap((table) => {
    const lines: string[] = []
    for (const [key, row] of expected[table]) {
      const there = found[table].get(key)
      if (there === undefined) {
        lines.push(`${table} ${key}: missing`)
        continue
      }
      for (const [column, value] of Object.entries(row)) {
        if (there[column] !== value)
          lines.push(`${table} ${key}: ${column} is ${there[column]}, should be ${value}`)
      }
    }
    for (const key of found[table].keys())
      if (!expected[table].has(key)) lines.push(`${table} ${key}: should not be there`)
    const rest = lines.length - maxDifferences
    return rest > 0 ? [...lines.slice(0, maxDifferences), `${table}: ${rest} more`] : lines
  })

/** The extremes of what was counted, as a row has them. */
export const min = (values: readonly number[]) => (values.length === 0 ? null : String(Math.min(...values)))
export const max = (values: readonly number[]) => (values.length === 0 ? null : String(Math.max(...values)))
