import { z } from 'zod'

/** A setting that has no valid value. The message is one line that names it and the rule. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/** Settings that are of use only together. */
const login = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const
const certificate = ['KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'] as const

type KafkaSettings = Readonly<
  Partial<
    Record<
      'KAFKA_BROKERS' | 'KAFKA_SSL' | 'KAFKA_SSL_CA_FILE' | (typeof login | typeof certificate)[number],
      unknown
    >
  >
>

/**
 * Why settings that are valid each alone do not go together, one line each. A process that does not read a setting
 * is not asked for it.
 */
const contradictionsOf = (settings: KafkaSettings): string[] => {
  const isGiven = (name: keyof KafkaSettings) => settings[name] !== undefined && settings[name] !== false
  if (!isGiven('KAFKA_BROKERS')) {
    // Whoever sets them expects to read from Kafka, and would read from files.
    const idle = (['KAFKA_SSL', 'KAFKA_SSL_CA_FILE', ...certificate, ...login] as const).filter(isGiven)
    return idle.map((name) => `${name} needs KAFKA_BROKERS, without which the topic is in files`)
  }
  return [login, certificate].flatMap((group) => {
    const given = group.filter(isGiven).length
    if (given === 0 || given === group.length) return []
    return [`${group.slice(0, -1).join(', ')} and ${group.at(-1)} must be set together`]
  })
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
