import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SettingsError } from '@patterns/shared/settings/readSettings.ts'

interface TlsSettings {
  readonly KAFKA_SSL: boolean
  readonly KAFKA_SSL_CA_FILE?: string | undefined
  readonly KAFKA_SSL_CERT_FILE?: string | undefined
  readonly KAFKA_SSL_KEY_FILE?: string | undefined
}

interface TlsFiles {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/**
 * How the brokers are reached: without TLS (`false`), or with it and what the files hold that the settings name.
 * @throws SettingsError, one line that names the setting, if a file cannot be used or key and certificate are no pair
 */
export const readTls = (settings: TlsSettings): TlsFiles | boolean => {
  const ca = read(settings, 'KAFKA_SSL_CA_FILE', 'a certificate', asCertificate)
  const cert = read(settings, 'KAFKA_SSL_CERT_FILE', 'a certificate', asCertificate)
  const key = read(settings, 'KAFKA_SSL_KEY_FILE', 'a private key without a passphrase', createPrivateKey)
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed))
    throw new SettingsError(
      `KAFKA_SSL_KEY_FILE: ${settings.KAFKA_SSL_KEY_FILE} is not the key of the certificate in KAFKA_SSL_CERT_FILE`,
    )
  if (!ca && !cert && !key) return settings.KAFKA_SSL
  return {
    ...(ca ? { ca: ca.text } : {}),
    ...(cert ? { cert: cert.text } : {}),
    ...(key ? { key: key.text } : {}),
  }
}

const asCertificate = (text: Buffer) => new X509Certificate(text)

const read = <Parsed>(
  settings: TlsSettings,
  name: Exclude<keyof TlsSettings, 'KAFKA_SSL'>,
  what: string,
  parse: (text: Buffer) => Parsed,
): { readonly text: Buffer; readonly parsed: Parsed } | undefined => {
  const path = settings[name]
  if (path === undefined) return undefined
  let text: Buffer
  try {
    text = readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingsError(`${name}: ${path} cannot be read (${code})`, { cause: error })
  }
  try {
    return { text, parsed: parse(text) }
  } catch (error) {
    throw new SettingsError(`${name}: ${path} does not hold ${what} in PEM`, { cause: error })
  }
}
