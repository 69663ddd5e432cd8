import type { InputFault } from '../../values/resolved.ts'

/** The new name of a parameter; or, if only its values were renamed, the new name of each value. */
type Renames = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/** By the end of the route's path. */
const renames: Readonly<Record<string, Renames>> = {
  '/success-rates': { sort: { total_executions: 'usage_count', average_quality: 'quality_score' } },
  '/trends': { min_uses: 'min_samples', trend_type: { performance: 'duration' } },
}

/** The parameters of a request that use an old name, each with its new name. */
export const renamedFaults = (
  path: string,
  query: Readonly<Record<string, string>>,
): readonly InputFault[] => {
  const ofRoute = Object.entries(renames).find(([end]) => path.endsWith(end))?.[1] ?? {}
  return Object.entries(ofRoute).flatMap(([parameter, now]) => {
    const given = query[parameter]
    if (given === undefined) return []
    if (typeof now === 'string') return [{ path: parameter, message: `is called ${now} now` }]
    const value = given.replace(/^-/, '')
    return Object.hasOwn(now, value)
      ? [{ path: parameter, message: `${value} is called ${now[value]} now` }]
      : []
  })
}
