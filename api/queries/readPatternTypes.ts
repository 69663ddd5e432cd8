import { type Vector, vectorFromJson } from '@patterns/read-model/vector.ts'
import { mergedCatalogue } from '@patterns/read-model/reading/selectCatalogue.ts'
import { vectorExpression } from '@patterns/read-model/reading/readVector.ts'
import { servedProjections, servedTables } from '@patterns/read-model/served.ts'
import type { Queryable } from '@patterns/shared/postgres/queryable.ts'

export interface TypeCount {
  readonly patternType: string
  /** Patterns that are of the type. */
  readonly patterns: number
  /** Those of them that were ever used. */
  readonly used: number
}

export interface PatternTypesRead {
  readonly vector: Vector
  readonly types: readonly TypeCount[]
  /** Patterns that were never given a type. */
  readonly untyped: number
}

/** Counts the patterns of each type, and reads the vector in the same statement, so both are of one moment. */
export const readPatternTypes = async (database: Queryable): Promise<PatternTypesRead> => {
  const { rows } = await database.query<{
    vector: Record<string, number>
    types: [patternType: string | null, patterns: number, used: number][] | null
  }>({
    name: 'read_pattern_types',
    text: `
select ${vectorExpression(servedProjections.windows)} as vector,
  (select json_agg(json_build_array(pattern_type, patterns, used)) from (
    select pattern_type, count(*) as patterns, count(last_used) as used
    from (${mergedCatalogue(servedTables)}) as patterns group by pattern_type) as counted) as types`,
  })
  const { vector, types } = rows[0]!
  const counted = types ?? []
  return {
    vector: vectorFromJson(vector),
    types: counted.flatMap(([patternType, patterns, used]) =>
      patternType === null ? [] : [{ patternType, patterns, used }],
    ),
    untyped: counted.find(([patternType]) => patternType === null)?.[1] ?? 0,
  }
}
