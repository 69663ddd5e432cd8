import { readFileSync } from 'node:fs'
import { eventTypes } from '@patterns/shared/contract/patternEvent.ts'
import { expect, test } from 'vitest'
import { runCliInProcess } from './testing/runCliInProcess.ts'

/** The lines of the examples in a document, as a reader pastes them into a file. */
const linesIn = (path: string): string[] =>
  [...readFileSync(new URL(path, import.meta.url), 'utf8').matchAll(/```json\n([^]+?)\n```/g)].flatMap(
    ([, lines]) => lines!.split('\n'),
  )

test.each([
  ['../README.md', 1],
  ['../docs/EVENTS.md', 7],
])('publish takes each line of the examples in %s', async (path, count) => {
  const lines = linesIn(path)
  const checked = await runCliInProcess(['publish', '--dry-run', '--json'], { input: lines.join('\n') })
  expect(checked).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(checked.stdout)).toMatchObject({ lines: count, refused: 0 })
})

test('the examples hold every type, both modes of CloudEvents, and version 0', () => {
  const text = linesIn('../docs/EVENTS.md').join('\n')
  for (const type of eventTypes) expect(text).toContain(`"type":"${type}","schema_version":1`)
  for (const mark of ['"specversion":"1.0"', '"ce_specversion":"1.0"', '"usage_timestamp"'])
    expect(text).toContain(mark)
})
