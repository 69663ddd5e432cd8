import { describeEventLog } from '../eventLog.contract.ts'
import { createMemoryEventLog, createMemoryStore } from './memoryEventLog.ts'

describeEventLog('memory', async () => {
  const store = createMemoryStore()
  return { connect: () => createMemoryEventLog(store), close: async () => {} }
})
