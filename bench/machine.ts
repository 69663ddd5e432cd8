import { cpus, totalmem } from 'node:os'

/**
 * Milliseconds that a fixed piece of work takes now. A machine that others share can be half as fast again at one
 * time as at another: figures compare only if this is alike.
 */
const referenceMs = (): number => {
  const text = JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id, name: `pattern ${id}` })))
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now()
    for (let i = 0; i < 10; i++) JSON.parse(text)
    return performance.now() - began
  })
  return Math.round(Math.min(...times))
}

/** What a figure must be read with: the machine that gave it. */
export const describeMachine = () => {
  const processors = cpus()
  return {
    cpu: processors[0]!.model,
    cores: processors.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    reference_ms: referenceMs(),
  }
}
