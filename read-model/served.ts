import { projectionsOf } from './projection.ts'
import { tablesOf } from './tables.ts'

/** The version of the read model that the processor writes and the api serves. No other place names it. */
export const servedVersion = 1

export const servedProjections = projectionsOf(servedVersion)

export const servedTables = tablesOf(servedVersion)
