import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const days = ['-days', '2']

/** Paths of PEM files. */
export interface Certificates {
  /** The authority's certificate. */
  readonly ca: string
  /** A certificate for this machine's addresses and its key, together in one file, as a broker takes them. */
  readonly server: string
  readonly client: { readonly cert: string; readonly key: string }
}

/** Makes a private authority and what it vouches for in `dir`, with `openssl`: nothing of it is kept. */
export const makeCertificates = async (dir: string): Promise<Certificates> => {
  const file = (name: string) => path.join(dir, name)
  const ca = { cert: file('ca.pem'), key: file('ca.key') }
  const subject = ['-subj', '/CN=Test authority']
  await run('openssl', ['req', '-x509', ...newKey, ...days, ...subject, '-keyout', ca.key, '-out', ca.cert])

  const issue = async (name: string, names: string) => {
    const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((kind) =>
      file(`${name}.${kind}`),
    )
    await run('openssl', ['req', ...newKey, '-subj', `/CN=${name}`, '-keyout', key!, '-out', request!])
    await writeFile(extensions!, `subjectAltName=${names}\n`)
    const signed = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', ...days, '-extfile', extensions!]
    await run('openssl', ['x509', '-req', '-in', request!, ...signed, '-out', cert!])
    return { cert: cert!, key: key! }
  }
  const server = await issue('localhost', 'DNS:localhost,IP:127.0.0.1,IP:::1')
  const client = await issue('client', 'DNS:client')
  const both = file('server.both.pem')
  await writeFile(both, [await readFile(server.key, 'utf8'), await readFile(server.cert, 'utf8')].join('\n'))
  return { ca: ca.cert, server: both, client }
}
