/** What is of use only where the topic is in a Kafka. */
const login = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const

interface KafkaSettings {
  readonly KAFKA_BROKERS?: unknown
  readonly KAFKA_SSL?: unknown
  readonly KAFKA_SASL_MECHANISM?: unknown
  readonly KAFKA_SASL_USERNAME?: unknown
  readonly KAFKA_SASL_PASSWORD?: unknown
}

/**
 * Why settings that are valid each alone do not go together, one line each. A process that does not read a setting
 * is not asked for it.
 */
export const contradictionsOf = (settings: KafkaSettings): string[] => {
  const given = login.filter((name) => settings[name] !== undefined)
  if (settings.KAFKA_BROKERS === undefined) {
    // Whoever sets them believes to read from a Kafka, and would read from files.
    const idle = [...(settings.KAFKA_SSL === true ? ['KAFKA_SSL'] : []), ...given]
    return idle.map((name) => `${name} needs KAFKA_BROKERS, without which the topic is in files`)
  }
  if (given.length === 0 || given.length === login.length) return []
  return [`${login[0]}, ${login[1]} and ${login[2]} must be set together`]
}
