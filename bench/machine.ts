import { cpus, totalmem } from 'node:os'

/** What a figure must be read with: the machine that gave it. */
export const describeMachine = () => {
  const processors = cpus()
  return {
    cpu: processors[0]!.model,
    cores: processors.length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  }
}
