import { z } from 'zod'
import { contradictionsOf } from './contradictions.ts'

/** A setting that has no valid value. The message is one line that names it and the rule. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * Reads settings from environment variables, once, at the start of a process. A variable that is set to
 * nothing counts as not set.
 * @throws SettingsError that names every faulty setting in one line, or those that do not go together
 */
export const readSettings = <Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> => {
  const given = Object.fromEntries(
    Object.keys(shape).map((name) => [name, environment[name] === '' ? undefined : environment[name]]),
  )
  const result = z.object(shape).safeParse(given)
  if (result.success) {
    const contradictions = contradictionsOf(result.data)
    if (contradictions.length > 0) throw new SettingsError(contradictions.join('; '))
    return result.data
  }
  const faults = result.error.issues.map((issue) => {
    const name = String(issue.path[0])
    const value = given[name]
    if (value === undefined) return `${name} must be set`
    // A password must not end up in a log.
    const shown = /PASSWORD|SECRET|URL|KEYS/.test(name) ? '' : ` (it is ${JSON.stringify(value)})`
    return `${name} ${issue.message}${shown}`
  })
  throw new SettingsError(faults.join('; '))
}
