import { v5 as uuidV5 } from 'uuid'
import type { Character } from './character.ts'
import { architectural } from './patterns/architectural.ts'
import { dataAccess } from './patterns/dataAccess.ts'
import { naming } from './patterns/naming.ts'
import { resilience } from './patterns/resilience.ts'
import { security } from './patterns/security.ts'
import { testing } from './patterns/testing.ts'

/** One row of a category: name, character, relative usage, success rate, quality, median milliseconds, description. */
export type PatternRow = readonly [
  name: string,
  character: Character,
  weight: number,
  successRate: number,
  quality: number,
  durationMs: number,
  description: string,
]

/** A pattern of the demo and how it behaves on average; its character changes that over the days. */
export interface DemoPattern {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly description: string
  readonly character: Character
  /** Usage in relation to the other patterns. */
  readonly weight: number
  /** The share of its uses that succeed, at least in part. */
  readonly successRate: number
  /** The mean quality score. */
  readonly quality: number
  /** The median execution time. */
  readonly durationMs: number
}

/** The ids are UUIDv5 of type and name, so a pattern is the same one in every run and every seed. */
const patternOf = (type: string, row: PatternRow): DemoPattern => {
  const [name, character, weight, successRate, quality, durationMs, description] = row
  const id = uuidV5(`demo-pattern/${type}/${name}`, uuidV5.URL)
  return { id, name, type, description, character, weight, successRate, quality, durationMs }
}

const categories: Readonly<Record<string, readonly PatternRow[]>> = {
  architectural,
  resilience,
  data_access: dataAccess,
  testing,
  naming,
  security,
}

/** Sixty patterns in six categories. */
export const demoPatterns: readonly DemoPattern[] = Object.entries(categories).flatMap(([type, rows]) =>
  rows.map((row) => patternOf(type, row)),
)
