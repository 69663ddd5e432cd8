import { z } from 'zod'
import { parseBrokerAddress } from './brokerAddress.ts'

/** A whole number in a range, written in decimal digits. */
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)

/** A number in a range, written in decimal digits. */
const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, `must be a number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a number from ${min} to ${max}`)

/** `on` or `off`, also as true/false, 1/0. */
const flag = z
  .enum(['true', 'false', 'on', 'off', '1', '0'], 'must be on or off')
  .transform((value) => ['true', 'on', '1'].includes(value))

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)

/** Where a setting is read by more than one process it is defined here, once. */
export const processSettings = {
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    )
    .default('info'),
  DATA_DIR: z.string().default('.data'),
}

export const databaseSettings = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a URL that begins with postgres:// or postgresql://'),
}

export const topicSettings = {
  KAFKA_BROKERS: list
    .refine(
      (brokers) => brokers.length > 0 && brokers.every((broker) => parseBrokerAddress(broker) !== undefined),
      'must be a list of host:port, with commas',
    )
    .optional(),
  KAFKA_TOPIC: z
    .string()
    .regex(/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/, 'must be a topic name: letters, digits, dots, dashes')
    .default('pattern-usage-events'),
  /** For what we publish: as the other producers of the topic do. */
  KAFKA_PARTITIONER: z.enum(['murmur2', 'crc32'], 'must be murmur2 or crc32').default('murmur2'),
  KAFKA_GROUP_ID: z.string().min(1).default('pattern-dashboard'),
  KAFKA_SSL: flag.default(false),
  KAFKA_SSL_CA_FILE: z.string().optional(),
  KAFKA_SSL_CERT_FILE: z.string().optional(),
  KAFKA_SSL_KEY_FILE: z.string().optional(),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'must be plain, scram-sha-256 or scram-sha-512')
    .optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
  FILE_TOPIC_PARTITIONS: integer(1, 64).default(4),
}

export const processorSettings = {
  DUPLICATE_HORIZON: integer(1_000, 100_000_000).default(1_000_000),
  FLUSH_INTERVAL_MS: integer(10, 60_000).default(100),
  PROCESSOR_PORT: integer(0, 65_535).default(8054),
  /** Whether trend lines are kept beside the windows; off, readers compute them. For measuring what they cost. */
  TRENDS: flag.default(true),
}

export const apiSettings = {
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535).default(8053),
  /** Hashes, so that whoever reads the environment has no key. */
  API_KEYS: list
    .refine(
      (hashes) => hashes.every((hash) => /^[0-9a-f]{64}$/i.test(hash)),
      'must be a list of SHA-256 hashes in hexadecimal, with commas',
    )
    .optional(),
  ALLOW_ANONYMOUS: flag.default(false),
  CORS_ORIGINS: list
    .refine(
      (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      'must be a list of origins like https://dashboard.example, with commas',
    )
    .default([]),
  RATE_LIMIT_PER_MINUTE: integer(0, 10_000_000).default(0),
}

export const generatorSettings = {
  /** Where it is not said: on for the topic in files, off for a real Kafka, whose topic is somebody's own. */
  GENERATOR: flag.optional(),
  /** Events a second, once the history is published. */
  GENERATOR_RATE: number(0.001, 100_000).default(20),
  /** The same seed gives the same history. */
  GENERATOR_SEED: z.string().min(1).max(200).default('demo'),
}
