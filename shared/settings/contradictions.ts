/** What is of use only together. */
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
export const contradictionsOf = (settings: KafkaSettings): string[] => {
  const isGiven = (name: keyof KafkaSettings) => settings[name] !== undefined && settings[name] !== false
  if (!isGiven('KAFKA_BROKERS')) {
    // Whoever sets them believes to read from a Kafka, and would read from files.
    const idle = (['KAFKA_SSL', 'KAFKA_SSL_CA_FILE', ...certificate, ...login] as const).filter(isGiven)
    return idle.map((name) => `${name} needs KAFKA_BROKERS, without which the topic is in files`)
  }
  return [login, certificate].flatMap((parts) => {
    const given = parts.filter(isGiven).length
    if (given === 0 || given === parts.length) return []
    return [`${parts.slice(0, -1).join(', ')} and ${parts.at(-1)} must be set together`]
  })
}
