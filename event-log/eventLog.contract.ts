import { describe } from 'vitest'
import { appendingContract } from './appending.contract.ts'
import { createLogFixture, type LogStore } from './testing/logFixture.ts'
import { openingContract } from './opening.contract.ts'
import { readingContract } from './reading.contract.ts'
import { splittingContract } from './splitting.contract.ts'
import { writersContract } from './writers.contract.ts'

/** What every adapter of the event log must do, whatever it is built on. */
export const describeEventLog = (name: string, start: () => Promise<LogStore>): void => {
  describe(`the event log in ${name}`, () => {
    const fixture = createLogFixture(start)
    openingContract(fixture)
    appendingContract(fixture)
    writersContract(fixture)
    readingContract(fixture)
    splittingContract(fixture)
  })
}
