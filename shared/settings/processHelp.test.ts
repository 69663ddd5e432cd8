import { expect, it } from 'vitest'
import { describeSettings } from './describeSettings.ts'
import { meanings } from './meanings.ts'
import { exitCodes, processHelp } from './processHelp.ts'
import {
  apiSettings,
  databaseSettings,
  generatorSettings,
  processorSettings,
  processSettings,
  topicSettings,
} from './settings.ts'

const help = processHelp({
  command: 'npm run api',
  about: 'Answers questions.',
  settings: { ...databaseSettings, ...apiSettings },
})

it('the help of a process says what it is, what it reads, and how it ends', () => {
  expect(help).toMatch(/^npm run api\n\nAnswers questions\.\n/)
  expect(help).toMatch(/^ {2}--help +prints this$/m)
  expect(help).toMatch(/^ {2}PORT +.*\[8053\]$/m)
  expect(help).toMatch(/^ {2}LOG_LEVEL +.*\[info\]$/m)
  expect(help).toContain(exitCodes)
  expect(help).not.toContain('KAFKA_BROKERS ')
})

it('each setting has its default, or that it must be set', () => {
  expect(help).toMatch(/^ {2}DATABASE_URL +.*\[must be set\]$/m)
  expect(help).toMatch(/^ {2}ALLOW_ANONYMOUS +.*\[off\]$/m)
  expect(help).toMatch(/^ {2}API_KEYS +[^[]+$/m)
  expect(describeSettings({ TRENDS: processorSettings.TRENDS })).toMatch(/\[on\]$/)
})

it('a setting may mean something of its own to a process', () => {
  expect(describeSettings({ PORT: apiSettings.PORT }, { PORT: 'another thing' })).toBe(
    `  ${'PORT'.padEnd(22)}  another thing [8053]`,
  )
})

it('every setting that there is has a meaning', () => {
  const all = [
    processSettings,
    databaseSettings,
    topicSettings,
    processorSettings,
    apiSettings,
    generatorSettings,
  ].flatMap((shape) => Object.keys(shape))
  expect(Object.keys(meanings).toSorted()).toEqual(all.toSorted())
})
