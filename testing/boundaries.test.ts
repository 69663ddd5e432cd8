import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patterns-lint-'))
  copyFileSync(join(root, 'oxlint.config.ts'), join(folder, 'oxlint.config.ts'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What the linter says of one file at this place. */
const lint = async (file: string, code: string): Promise<string> => {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), `${code}\n`)
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules', '.bin', 'oxlint'), [file], { cwd: folder }, (_, output) =>
      resolve(output),
    )
  })
}

describe('the import boundaries', () => {
  it.each([
    ['projections/fold.ts', `import pg from 'pg'\nexport const pool = pg`, 'Projections are pure'],
    [
      'projections/fold.ts',
      `import { readFileSync } from 'node:fs'\nexport const read = readFileSync`,
      'Projections are pure',
    ],
    [
      'projections/fold.ts',
      `import { transaction } from '@patterns/shared/postgres/transaction.ts'\nexport const run = transaction`,
      'Projections are pure',
    ],
    [
      'projections/measures/usage.ts',
      `import { owner } from '../../processor/owner.ts'\nexport const one = owner`,
      'none of the parts',
    ],
    ['projections/fold.ts', 'export const now = () => Date.now()', 'no clock'],
    ['projections/fold.ts', 'export const now = () => performance.now()', 'no clock'],
    ['projections/fold.ts', 'export const random = () => Math.random()', 'deterministic'],
    ['projections/fold.ts', `export const zone = () => process.env['TZ']`, 'no environment'],
    [
      'api/routes/patterns.ts',
      `import { owner } from '@patterns/processor/owner.ts'\nexport const one = owner`,
      'apart from the processor',
    ],
    [
      'api/routes/patterns.ts',
      `import { owner } from '../../processor/owner.ts'\nexport const one = owner`,
      'apart from the processor',
    ],
    [
      'api/routes/patterns.ts',
      `import { openTopic } from '@patterns/topic/openTopic.ts'\nexport const open = openTopic`,
      'while Kafka does not',
    ],
    [
      'api/http/conventions/answer.ts',
      `import { route } from '../../routes/patterns.ts'\nexport const one = route`,
      'knows no route',
    ],
    [
      'api/http/observe/metrics.ts',
      `import type { Feed } from '@patterns/api/queries/live/vectorFeed.ts'\nexport type One = Feed`,
      'reads nothing',
    ],
    [
      'api/queries/patternReads.ts',
      `import { Problem } from '../http/problems/problem.ts'\nexport const one = Problem`,
      'Queries know nothing of HTTP',
    ],
    [
      'api/queries/events/findEvents.ts',
      `import { route } from '../../routes/patterns.ts'\nexport const one = route`,
      'Queries know nothing of HTTP',
    ],
    [
      'api/queries/events/findEvents.ts',
      `import { z } from '@hono/zod-openapi'\nexport const one = z`,
      'Queries know nothing of HTTP',
    ],
    [
      'api/queries/events/findEvents.ts',
      `import { owner } from '@patterns/processor/owner.ts'\nexport const one = owner`,
      'apart from the processor',
    ],
    [
      'api/values/range.ts',
      `import { read } from '../queries/patternReads.ts'\nexport const one = read`,
      'Values are plain',
    ],
    [
      'shared/logger.ts',
      `import { app } from '@patterns/api/app.ts'\nexport const one = app`,
      'none of those who share it',
    ],
    [
      'topic/publisher.ts',
      `import { Kafka } from 'kafkajs'\nexport const kafka = Kafka`,
      'topic/kafka/kafkajs/ alone',
    ],
    [
      'topic/publisher.ts',
      `import { x } from 'kafkajs/src/network'\nexport const one = x`,
      'topic/kafka/kafkajs/ alone',
    ],
    [
      'topic/kafka/fetch.ts',
      `import { createRequire } from 'node:module'\nexport const x = createRequire(import.meta.url)('kafkajs')`,
      'require goes past',
    ],
    [
      'topic/kafka/fetch.ts',
      `import * as module from 'node:module'\nexport const x = module.createRequire(import.meta.url)('kafkajs')`,
      'require goes past',
    ],
    [
      'shared/logger.ts',
      `import { createRequire } from 'node:module'\nexport const x = createRequire(import.meta.url)('kafkajs')`,
      'require goes past',
    ],
    ['topic/kafka/fetch.ts', `export const x = require('kafkajs/src/cluster')`, 'no-commonjs'],
    ['topic/kafka/fetch.ts', `export const x = await import('kafkajs')`, 'topic/kafka/kafkajs/ alone'],
    [
      'api/routes/patterns.ts',
      `import { startOfDay } from 'date-fns'\nexport const one = startOfDay`,
      'two seconds of every start',
    ],
    ['topic/publisher.ts', `export const zone = process.env['TZ']`, 'no-process-env'],
    ['topic/publisher.ts', 'export const end = () => process.exit(1)', 'no-process-exit'],
  ])('%s: %j is refused because of its boundary', async (file, code, reason) => {
    expect(await lint(file, code)).toContain(reason)
  })

  it.each([
    [
      'projections/fold.ts',
      `import { startOfDay } from 'date-fns/startOfDay'\nimport type { PatternEvent } from '@patterns/shared/contract/patternEvent.ts'\nexport const day = (event: PatternEvent) => startOfDay(event.occurredAt)`,
    ],
    ['projections/fold.test.ts', `import { readFileSync } from 'node:fs'\nexport const read = readFileSync`],
    [
      'api/routes/patterns.ts',
      `import { Problem } from '../http/problems/problem.ts'\nimport { read } from '../queries/read.ts'\nexport const one = [Problem, read]`,
    ],
    ['api/queries/patternReads.ts', `import { range } from '../values/range.ts'\nexport const one = range`],
    ['topic/kafka/kafkajs/kafkajs.ts', `import { Kafka } from 'kafkajs'\nexport const kafka = Kafka`],
    ['processor/main.ts', `export const zone = process.env['TZ']`],
  ])('%s: %j passes', async (file, code) => {
    expect(await lint(file, code)).toMatch(/Found 0 warnings and 0 errors/)
  })
})
