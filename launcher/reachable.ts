import { createConnection } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { parseBrokerAddress } from '@patterns/shared/settings/brokerAddress.ts'
import { portFault } from './choosePort.ts'

/** Whether something accepts connections there: `undefined` if so, else the system's code or `TIMEOUT`. */
export const connectFault = (host: string, port: number, timeoutMs = 5_000): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: timeoutMs })
    const end = (fault: string | undefined) => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end('TIMEOUT'))
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code || error.message || 'ECONNREFUSED'))
  })

/** Why none of the brokers (`host:port`) can be reached, or `undefined` if one can. */
export const brokersFault = async (brokers: readonly string[]): Promise<string | undefined> => {
  const faults = await Promise.all(
    brokers.map(async (broker) => {
      const { host, port } = parseBrokerAddress(broker)!
      const fault = await connectFault(host, port)
      return fault === undefined ? undefined : `${broker} (${fault})`
    }),
  )
  return faults.includes(undefined) ? undefined : faults.join(', ')
}

/**
 * Why a port stays taken, or `undefined` if it is free: asked for 2 s, since the process that had it before
 * may still be stopping.
 */
export const stayingPortFault = async (host: string, port: number): Promise<string | undefined> => {
  const giveUpAt = performance.now() + 2_000
  for (;;) {
    const fault = await portFault(host, port)
    if (fault !== 'EADDRINUSE' || performance.now() > giveUpAt) return fault
    await wait(100)
  }
}
