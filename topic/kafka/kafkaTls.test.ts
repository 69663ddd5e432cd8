import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger } from '@patterns/shared/logger.ts'
import { readSettings } from '@patterns/shared/settings/readSettings.ts'
import { processSettings, topicSettings } from '@patterns/shared/settings/settings.ts'
import { type Certificates, makeCertificates } from '@patterns/testing/certificates.ts'
import { freePort } from '@patterns/testing/freePort.ts'
import { type KafkaBroker, startKafkaBroker } from '@patterns/testing/kafkaBroker.ts'
import { type Proxy, startProxy } from '@patterns/testing/proxy.ts'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openTopic } from '../openTopic.ts'
import { createRecordingOwner } from '../testing/recordingOwner.ts'
import { TopicUnreachableError } from '../topicUnreachable.ts'
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  createKafkaClient,
  ResourcePatternTypes,
} from './kafkajs/kafkajs.ts'

const host = '127.0.0.1'
const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
const logger = createLogger('test', 'silent')
const sessionMs = 2_000
const modules = 'org.apache.kafka.common.security'

/**
 * A broker that is reached over TLS in two ways, each through a proxy: by those that have a certificate, and by those
 * that log in, for two seconds at a time. And at an IPv6 address, if the machine has one.
 */
const startTlsBroker = async (dir: string, certificates: Certificates) => {
  const [port, controller, mutual, login, sixth] = await Promise.all(Array.from({ length: 5 }, freePort))
  const proxies = {
    mutual: await startProxy({ port: mutual! }),
    login: await startProxy({ port: login! }),
  }
  // What clients are told, and, if a proxy lies between, what the broker listens to.
  const same = { PLAINTEXT: `${host}:${port}`, ...(hasIpv6 ? { SIX: `[::1]:${sixth}` } : {}) }
  const advertised = {
    ...same,
    MUTUAL: `${host}:${proxies.mutual.port}`,
    LOGIN: `${host}:${proxies.login.port}`,
  }
  const listeners = {
    ...same,
    MUTUAL: `${host}:${mutual}`,
    LOGIN: `${host}:${login}`,
    CONTROLLER: `${host}:${controller}`,
  }
  const list = (addresses: Record<string, string>) =>
    Object.entries(addresses)
      .map(([name, address]) => `${name}://${address}`)
      .join(',')
  const broker = await startKafkaBroker({
    dir,
    port: port!,
    isShortLived: true,
    heapMebibytes: 256,
    scram: 'SCRAM-SHA-512=[name=app,password=app-secret]',
    properties: {
      'controller.quorum.voters': `1@${host}:${controller}`,
      listeners: list(listeners),
      'advertised.listeners': list(advertised),
      'listener.security.protocol.map':
        'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,MUTUAL:SSL,LOGIN:SASL_SSL,SIX:SSL',
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': certificates.server,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': certificates.ca,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': 'true',
      'super.users': 'User:ANONYMOUS',
      'listener.name.mutual.ssl.client.auth': 'required',
      'listener.name.login.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
      'listener.name.login.connections.max.reauth.ms': String(sessionMs),
      'listener.name.login.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_app="app-secret";`,
      'listener.name.login.scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
    },
  })
  return { broker, proxies, six: `[::1]:${sixth}` }
}

describe.skipIf(inject('kafkaBrokers') === null)('a broker behind TLS', () => {
  let dir: string
  let certificates: Certificates
  let broker: KafkaBroker
  let proxies: { readonly mutual: Proxy; readonly login: Proxy }
  let six: string
  let topics = 0
  let open: (settings: Record<string, string>) => ReturnType<typeof openTopic>

  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'patterns-tls-'))
    certificates = await makeCertificates(dir)
    ;({ broker, proxies, six } = await startTlsBroker(path.join(dir, 'broker'), certificates))
    open = (settings) =>
      openTopic({
        settings: readSettings(
          { ...topicSettings, DATA_DIR: processSettings.DATA_DIR },
          { KAFKA_TOPIC: `topic-${topics}`, KAFKA_GROUP_ID: `group-${topics}`, ...settings },
        ),
        logger,
      })
  }, 120_000)
  afterAll(async () => {
    await broker?.kill()
    await Promise.all([proxies?.mutual.cut(), proxies?.login.cut()])
    await rm(dir, { recursive: true, force: true })
  })

  const withCertificate = () => ({
    KAFKA_BROKERS: `localhost:${proxies.mutual.port}`,
    KAFKA_SSL_CA_FILE: certificates.ca,
    KAFKA_SSL_CERT_FILE: certificates.client.cert,
    KAFKA_SSL_KEY_FILE: certificates.client.key,
  })
  const withLogin = () => ({
    KAFKA_BROKERS: `${host}:${proxies.login.port}`,
    KAFKA_SSL_CA_FILE: certificates.ca,
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'app',
    KAFKA_SASL_PASSWORD: 'app-secret',
  })
  /** Reads and writes a topic of its own. */
  const begin = async (settings: Record<string, string>) => {
    topics++
    const topic = open(settings)
    const owner = createRecordingOwner()
    const source = topic.createSource()
    const publisher = topic.createPublisher()
    await source.start(owner)
    return { owner, source, publisher, stop: async () => Promise.all([source.stop(), publisher.stop()]) }
  }

  test('goes on after a reset in the middle of a large answer', { timeout: 60_000 }, async () => {
    const { owner, publisher, stop } = await begin(withCertificate())
    const large = 'x'.repeat(100_000)
    for (const bytes of [500, 50_000, 150_000, 250_000]) {
      const before = owner.messages.length
      const reset = proxies.mutual.resetAfter(bytes)
      await Promise.all(Array.from({ length: 20 }, async () => publisher.send({ key: null, value: large })))
      await owner.until(() => owner.messages.length === before + 20)
      await reset
    }
    expect(new Set(owner.messages.map(({ value }) => value?.length))).toEqual(new Set([large.length]))
    await stop()
  })

  test('renews short logins under load, over the same connections', { timeout: 60_000 }, async () => {
    const plain = await begin(withLogin())
    const scram = await begin({ ...withLogin(), KAFKA_SASL_MECHANISM: 'scram-sha-512' })
    const all = [plain, scram]
    let sent = 0
    const sendFor = async (ms: number) => {
      for (const began = Date.now(); Date.now() - began < ms; sent++)
        await Promise.all(
          all.map(async ({ publisher }) => publisher.send({ key: `${sent}`, value: `${sent}` })),
        )
    }
    await sendFor(200)
    const opened = proxies.login.opened()
    await sendFor(3 * sessionMs)
    expect(proxies.login.opened()).toBe(opened)
    const reset = proxies.login.resetAfter(1_000)
    await sendFor(200)
    await reset
    for (const { owner, stop } of all) {
      await owner.until(() => owner.messages.length === sent)
      await stop()
    }
  })

  test(
    'is read on once that is allowed again, and says meanwhile that it is not',
    { timeout: 60_000 },
    async () => {
      const { owner, source, publisher, stop } = await begin(withLogin())
      await publisher.send({ key: 'k', value: 'before' })
      await owner.until(() => owner.messages.length === 1)
      const admin = createKafkaClient({ brokers: [broker.brokers] }, logger).createAdmin()
      await admin.connect()
      const entry = {
        resourceType: AclResourceTypes.TOPIC,
        resourceName: `topic-${topics}`,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:app',
        host: '*',
        operation: AclOperationTypes.READ,
        permissionType: AclPermissionTypes.DENY,
      }
      await admin.createAcls({ acl: [entry] })
      await owner.until(() => source.retrying().length === 4)
      expect(source.retrying()[0]?.error.message).toMatch(/not authorized/i)
      expect(source.stopped()).toEqual([])
      await admin.deleteAcls({ filters: [entry] })
      await admin.disconnect()
      await publisher.send({ key: 'k', value: 'after' })
      await owner.until(() => owner.messages.length === 2 && source.retrying().length === 0)
      await stop()
    },
  )

  test.runIf(hasIpv6)('is found at an IPv6 address in brackets', async () => {
    const { owner, publisher, stop } = await begin({ KAFKA_BROKERS: six, KAFKA_SSL_CA_FILE: certificates.ca })
    await publisher.send({ key: 'k', value: 'v' })
    await owner.until(() => owner.messages.length === 1)
    await stop()
  })

  const refusal = async (settings: Record<string, string>) => {
    const source = open(settings).createSource()
    return source.start(createRecordingOwner()).then(
      () => 'none',
      (error: unknown) => {
        expect(error).toBeInstanceOf(TopicUnreachableError)
        return (error as Error).message
      },
    )
  }

  test('is refused in words if one of the two is not known to the other', async () => {
    const { KAFKA_SSL_CA_FILE: _, ...unknown } = withLogin()
    expect(await refusal({ ...unknown, KAFKA_SSL: 'on' })).toMatch(/^KAFKA_BROKERS: .*certificate/)
    const { KAFKA_BROKERS, KAFKA_SSL_CA_FILE } = withCertificate()
    expect(await refusal({ KAFKA_BROKERS, KAFKA_SSL_CA_FILE })).toMatch(/^KAFKA_BROKERS: .*certificate/)
    expect(await refusal({ ...withLogin(), KAFKA_SASL_PASSWORD: 'wrong' })).toMatch(
      /^KAFKA_BROKERS: .*Authentication failed/,
    )
  })

  test('is not asked with files that cannot be used: one line names the setting', async () => {
    const settings = withCertificate()
    const broken = path.join(dir, 'broken.pem')
    await writeFile(broken, (await readFile(certificates.ca, 'utf8')).slice(0, 100))
    const missing = path.join(dir, 'missing.pem')
    expect(() => open({ ...settings, KAFKA_SSL_CA_FILE: missing })).toThrow(
      `KAFKA_SSL_CA_FILE: ${missing} cannot be read (ENOENT)`,
    )
    expect(() => open({ ...settings, KAFKA_SSL_CERT_FILE: broken })).toThrow(
      `KAFKA_SSL_CERT_FILE: ${broken} does not hold a certificate in PEM`,
    )
    expect(() => open({ ...settings, KAFKA_SSL_KEY_FILE: broken })).toThrow(
      `KAFKA_SSL_KEY_FILE: ${broken} does not hold a private key without a passphrase in PEM`,
    )
    const other = path.join(dir, 'ca.key')
    expect(() => open({ ...settings, KAFKA_SSL_KEY_FILE: other })).toThrow(
      `KAFKA_SSL_KEY_FILE: ${other} is not the key of the certificate in KAFKA_SSL_CERT_FILE`,
    )
  })
})
