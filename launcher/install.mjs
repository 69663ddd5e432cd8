// Runs a script of this repository: node launcher/install.mjs <script.ts> [arguments…]
// Plain JavaScript that needs Node 20 and npm alone: it first installs the packages if they are missing or
// older than the lockfile, the Node that everything else runs on among them. Once installed it only starts that.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { youngGeneration } from './youngGeneration.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const node = `${root}node_modules/.bin/node`
const stamp = `${root}node_modules/.installed`
const output = `${root}node_modules/.install-output`
// What was compiled once: starts take half the time.
const compiled = `${root}node_modules/.cache/node`

// Few and short retries: a registry that cannot be reached is said within half a minute.
const retries = { fetch_retries: '3', fetch_retry_mintimeout: '1000', fetch_retry_maxtimeout: '5000' }
const pnpm = ['pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=append-only', '--pm-on-fail=ignore']

/** What identifies the packages that are to be there. */
const wanted = () =>
  createHash('sha256')
    .update(readFileSync(`${root}pnpm-lock.yaml`))
    .digest('hex')

/** An install that was broken off has no stamp, so it is done again. */
const isInstalled = () => existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted()

const say = (line) => process.stderr.write(`${line}\n`)

/** Tells that it goes on: over and over on one line of a terminal, else a line every ten seconds. */
const showProgress = () => {
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / 1000)
  const terminal = process.stderr.isTTY
  const show = () =>
    process.stderr.write(terminal ? `\rinstalling… ${seconds()} s ` : `installing… ${seconds()} s\n`)
  const timer = setInterval(show, terminal ? 1_000 : 10_000)
  return () => {
    clearInterval(timer)
    if (terminal) process.stderr.write('\r\u001b[K')
    return seconds()
  }
}

/** The line of the output that tells most, for a person. */
const reasonIn = (text) => {
  const network =
    /\b(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/.exec(text)
  if (network !== null) return `the package registry cannot be reached (${network[1]})`
  const lines = text.split('\n').map((line) => line.trim())
  const telling =
    lines.find((line) => /ERR_PNPM|npm error|^Error|ERROR/.test(line)) ?? lines.findLast(Boolean)
  return telling ?? 'npx said nothing'
}

/** Keeps what was said for those who want all of it, unless the disk is full or read-only. */
const keep = (text) => {
  try {
    mkdirSync(`${root}node_modules`, { recursive: true })
    writeFileSync(output, text)
    return '. All that was said is in node_modules/.install-output'
  } catch (error) {
    return ` (${root}: ${error.code})`
  }
}

const install = () =>
  new Promise((resolve, reject) => {
    say('Installing packages (needed once, and again when they change)')
    const hideProgress = showProgress()
    const settings = Object.entries(retries).flatMap(([name, value]) => [
      [`npm_config_${name}`, value],
      [`pnpm_config_${name}`, value],
    ])
    const env = {
      ...process.env,
      ...Object.fromEntries(settings),
      npm_config_update_notifier: 'false',
      CI: 'true',
    }
    const child = spawn('npx', ['-y', ...pnpm], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk))
    child.on('error', (error) => {
      hideProgress()
      reject(new Error(`npx cannot be run, which comes with npm: ${error.message}`))
    })
    child.on('close', (code) => {
      const seconds = hideProgress()
      if (code !== 0) return reject(new Error(`${reasonIn(text)}${keep(text)}`))
      writeFileSync(stamp, wanted())
      say(`Installed in ${seconds} s`)
      resolve()
    })
  })

// A listening socket, so nothing is left over from a process that was killed: on Linux it has no file at all.
const turnName = `pattern-dashboard-install-${createHash('sha256').update(root).digest('hex').slice(0, 24)}`
const turnPath = process.platform === 'linux' ? `\0${turnName}` : `${tmpdir()}/${turnName}.sock`

const listen = (server) =>
  new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(new Error(error.message, { cause: error }))
    })
    server.listen(turnPath, () => resolve(true))
  })

/** Resolves when the one that has the turn ends it; at once, and with the file removed, if there is none. */
const untilTurnEnds = () =>
  new Promise((resolve) => {
    const holder = connect(turnPath).on('error', () => {
      if (turnPath.startsWith('/')) rmSync(turnPath, { force: true })
    })
    holder.resume().on('close', resolve)
  })

/** Of two starts in one new clone the second waits for the install of the first, and finds all there. */
const installInTurn = async () => {
  const waiting = new Set()
  const server = createServer((socket) => waiting.add(socket.on('error', () => {})))
  let isTold = false
  while (!(await listen(server))) {
    if (!isTold) say('Waiting for another start, which installs the packages')
    isTold = true
    await untilTurnEnds()
  }
  try {
    if (!isInstalled()) await install()
  } finally {
    server.close()
    for (const socket of waiting) socket.destroy()
  }
}

/** Runs the script in this one's place, as far as a process can: terminal, arguments, signals and exit code are its. */
const run = (script, args) => {
  // The channel closes when this process ends, however it ends, and the script then stops as well.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
  const env = { NODE_COMPILE_CACHE: compiled, ...process.env }
  const child = spawn(node, [youngGeneration(script), `${root}${script}`, ...args], { stdio, env })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    say(`${node} cannot be run: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const name of signals) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
  if (process.env.npm_lifecycle_event !== undefined) stopWithNpm(child)
}

/** npm that is killed cannot pass a signal on; its end shows in the parent's changed id. */
const stopWithNpm = (child) => {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    child.kill('SIGTERM')
  }, 500)
  watch.unref()
}

const [script, ...args] = process.argv.slice(2)
if (script === undefined) {
  say('usage: node launcher/install.mjs <script.ts> [arguments…]')
  process.exit(2)
}
try {
  if (!isInstalled()) await installInTurn()
} catch (error) {
  say(`The packages could not be installed: ${error.message}`)
  process.exit(1)
}
run(script, args)
