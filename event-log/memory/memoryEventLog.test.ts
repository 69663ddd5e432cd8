import { describeEventLog } from '../eventLog.contract.ts'
import { createMemoryEventLog, type MemoryStore } from './memoryEventLog.ts'

describeEventLog('memory', async () => {
  const store: MemoryStore = new Map()
  return { connect: () => createMemoryEventLog(store), close: async () => {} }
})
