import { startKafkaBroker } from './kafkaBroker.ts'

// A process of its own for `kafkaBroker.test.ts`, which kills it.
const [dir] = process.argv.slice(2) as [string]
const broker = await startKafkaBroker({ dir, isShortLived: true, heapMebibytes: 256 })
process.send?.(broker.pid)
