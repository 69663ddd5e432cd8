import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSettings, SettingsError } from './readSettings.ts'
import {
  apiSettings,
  databaseSettings,
  generatorSettings,
  processorSettings,
  processSettings,
  topicSettings,
} from './settings.ts'

const all = {
  ...processSettings,
  ...databaseSettings,
  ...topicSettings,
  ...processorSettings,
  ...apiSettings,
  ...generatorSettings,
}
const databaseUrl = 'postgres://user:hunter2@localhost/patterns'

const read = (environment: Record<string, string>) =>
  readSettings(all, { DATABASE_URL: databaseUrl, ...environment })

const faultOf = (environment: Record<string, string | undefined>): string => {
  try {
    readSettings(all, { DATABASE_URL: databaseUrl, ...environment })
  } catch (error) {
    if (error instanceof SettingsError) return error.message
    throw error
  }
  return 'none'
}

describe('settings', () => {
  it('have defaults with which everything runs on one machine', () => {
    expect(read({})).toEqual({
      LOG_LEVEL: 'info',
      DATA_DIR: '.data',
      DATABASE_URL: databaseUrl,
      KAFKA_TOPIC: 'pattern-usage-events',
      KAFKA_GROUP_ID: 'pattern-dashboard',
      KAFKA_SSL: false,
      FILE_TOPIC_PARTITIONS: 4,
      KAFKA_PARTITIONER: 'murmur2',
      DUPLICATE_HORIZON: 1_000_000,
      FLUSH_INTERVAL_MS: 100,
      PROCESSOR_PORT: 8054,
      TRENDS: true,
      HOST: '127.0.0.1',
      PORT: 8053,
      ALLOW_ANONYMOUS: false,
      CORS_ORIGINS: [],
      RATE_LIMIT_PER_MINUTE: 0,
      GENERATOR: undefined,
      GENERATOR_RATE: 20,
      GENERATOR_SEED: 'demo',
    })
  })

  it('are read from text', () => {
    expect(
      read({
        KAFKA_BROKERS: 'a:9092, b.example.org:9093, [2001:db8::1]:9092,',
        KAFKA_SSL: 'on',
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'me',
        KAFKA_SASL_PASSWORD: 'secret',
        PORT: '0',
        API_KEYS: `${'a1'.repeat(32)},${'b2'.repeat(32)}`,
        GENERATOR: 'off',
        GENERATOR_RATE: '0.5',
        ALLOW_ANONYMOUS: '1',
        CORS_ORIGINS: 'https://a.example',
      }),
    ).toMatchObject({
      KAFKA_BROKERS: ['a:9092', 'b.example.org:9093', '[2001:db8::1]:9092'],
      KAFKA_SSL: true,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'me',
      KAFKA_SASL_PASSWORD: 'secret',
      PORT: 0,
      API_KEYS: ['a1'.repeat(32), 'b2'.repeat(32)],
      GENERATOR: false,
      GENERATOR_RATE: 0.5,
      ALLOW_ANONYMOUS: true,
      CORS_ORIGINS: ['https://a.example'],
    })
  })

  it('that are set to nothing count as not set', () => {
    const empty = Object.fromEntries(Object.keys(all).map((name) => [name, '']))
    expect(readSettings(all, { ...empty, DATABASE_URL: databaseUrl })).toEqual(read({}))
    expect(faultOf(empty)).toBe('DATABASE_URL must be set')
  })

  it('of other programs in the environment are not looked at', () => {
    expect(read({ PATH: '/bin', PGPASSWORD: 'x' })).toEqual(read({}))
  })
})

describe('a setting without a valid value is named in one line, with the rule', () => {
  it.each([
    ['LOG_LEVEL', 'loud', 'must be trace, debug, info, warn, error or silent'],
    ['KAFKA_BROKERS', 'localhost', 'must be a list of host:port, with commas'],
    ['KAFKA_BROKERS', ' , ', 'must be a list of host:port, with commas'],
    ['KAFKA_BROKERS', 'a:9092,http://b:9092', 'must be a list of host:port, with commas'],
    ['KAFKA_BROKERS', '::1:9092', 'must be a list of host:port, with commas'],
    ['KAFKA_BROKERS', '[localhost]:9092', 'must be a list of host:port, with commas'],
    ['KAFKA_BROKERS', 'a:65536', 'must be a list of host:port, with commas'],
    ['KAFKA_TOPIC', 'two words', 'must be a topic name: letters, digits, dots, dashes'],
    ['KAFKA_SSL', 'yes', 'must be on or off'],
    ['KAFKA_SASL_MECHANISM', 'gssapi', 'must be plain, scram-sha-256 or scram-sha-512'],
    ['KAFKA_PARTITIONER', 'random', 'must be murmur2 or crc32'],
    ['FILE_TOPIC_PARTITIONS', '0', 'must be a whole number from 1 to 64'],
    ['FILE_TOPIC_PARTITIONS', '65', 'must be a whole number from 1 to 64'],
    ['DUPLICATE_HORIZON', '999', 'must be a whole number from 1000 to 100000000'],
    ['FLUSH_INTERVAL_MS', '250ms', 'must be a whole number from 10 to 60000'],
    ['PROCESSOR_PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['PORT', '80.5', 'must be a whole number from 0 to 65535'],
    ['PORT', '99999999999999999999', 'must be a whole number from 0 to 65535'],
    ['ALLOW_ANONYMOUS', 'TRUE', 'must be on or off'],
    ['RATE_LIMIT_PER_MINUTE', '1e3', 'must be a whole number from 0 to 10000000'],
    ['GENERATOR', 'maybe', 'must be on or off'],
    ['GENERATOR_RATE', '0', 'must be a number from 0.001 to 100000'],
    ['GENERATOR_RATE', '.5', 'must be a number from 0.001 to 100000'],
  ])('%s=%s', (name, value, rule) => {
    expect(faultOf({ [name]: value })).toBe(`${name} ${rule} (it is ${JSON.stringify(value)})`)
  })

  it('all of them at once', () => {
    expect(faultOf({ PORT: 'x', LOG_LEVEL: 'y', DATABASE_URL: undefined })).toBe(
      [
        'LOG_LEVEL must be trace, debug, info, warn, error or silent (it is "y")',
        'DATABASE_URL must be set',
        'PORT must be a whole number from 0 to 65535 (it is "x")',
      ].join('; '),
    )
  })

  it('without its value if that is a secret', () => {
    expect(faultOf({ DATABASE_URL: 'mysql://user:hunter2@localhost/patterns' })).toBe(
      'DATABASE_URL must be a URL that begins with postgres:// or postgresql://',
    )
  })

  it('whatever the values: one line, no secret', () => {
    const values = fc.oneof(fc.string(), fc.constantFrom('\n', 'a\nb', '0', 'true'))
    const environments = fc.dictionary(fc.constantFrom(...Object.keys(all)), values)
    const secret = 'hunter2'
    fc.assert(
      fc.property(environments, (environment) => {
        const message = faultOf({
          ...environment,
          DATABASE_URL: `mysql://user:${secret}@localhost`,
          KAFKA_SASL_PASSWORD: secret,
          API_KEYS: secret,
        })
        expect(message).toContain('DATABASE_URL must be a URL')
        expect(message).not.toMatch(/[\n\r]/)
        expect(message).not.toContain(secret)
      }),
    )
  })
})

describe('settings that do not go together', () => {
  it('are those for a Kafka if none is named: the topic in files would be read instead', () => {
    expect(faultOf({ KAFKA_SSL: 'on' })).toBe(
      'KAFKA_SSL needs KAFKA_BROKERS, without which the topic is in files',
    )
    expect(faultOf({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_PASSWORD: 'hunter2' })).toBe(
      'KAFKA_SASL_MECHANISM needs KAFKA_BROKERS, without which the topic is in files; ' +
        'KAFKA_SASL_PASSWORD needs KAFKA_BROKERS, without which the topic is in files',
    )
    expect(faultOf({ KAFKA_SSL: 'off', KAFKA_SASL_USERNAME: '' })).toBe('none')
    expect(faultOf({ KAFKA_SSL_CA_FILE: 'ca.pem' })).toBe(
      'KAFKA_SSL_CA_FILE needs KAFKA_BROKERS, without which the topic is in files',
    )
  })

  it('are the parts of half a login', () => {
    const broker = { KAFKA_BROKERS: 'a:9092' }
    const half = 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together'
    expect(faultOf({ ...broker, KAFKA_SASL_USERNAME: 'me' })).toBe(half)
    expect(faultOf({ ...broker, KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'me' })).toBe(half)
    expect(faultOf({ ...broker, KAFKA_SSL: 'on' })).toBe('none')
  })

  it('are a certificate without its key, and a key without its certificate', () => {
    const broker = { KAFKA_BROKERS: 'a:9092' }
    const half = 'KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE must be set together'
    expect(faultOf({ ...broker, KAFKA_SSL_CERT_FILE: 'client.pem' })).toBe(half)
    expect(faultOf({ ...broker, KAFKA_SSL_KEY_FILE: 'client.key' })).toBe(half)
    expect(faultOf({ ...broker, KAFKA_SSL_CERT_FILE: 'client.pem', KAFKA_SSL_KEY_FILE: 'client.key' })).toBe(
      'none',
    )
  })

  it('are none of a process that does not read them', () => {
    expect(readSettings(apiSettings, { KAFKA_SSL: 'on' })).toMatchObject({ PORT: 8053 })
  })
})
