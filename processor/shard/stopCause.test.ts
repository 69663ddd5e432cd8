import { MissingPositionsError } from '@patterns/event-log/missingPositions.ts'
import { expect, test } from 'vitest'
import { stopCauseOf } from './stopCause.ts'

test('a hole in the log of another shard leads to that shard', () => {
  expect(stopCauseOf(1, new MissingPositionsError(3, { first: 5, last: 9 }))).toMatchObject({
    reason: 'missing_positions',
    message: expect.stringContaining('The log of shard 3 has no events at positions 5 to 9'),
    command: 'npm run cli -- log verify --shard 3',
  })
})
