import { inspect } from 'node:util'
import { describeMachine } from './machine.ts'

/** Figures for people, as they come. */
export const printFigures = (figures: object): void => {
  process.stdout.write(`${inspect(figures, { breakLength: 100 })}\n`)
}

/** The last line of every benchmark: one JSON object with all of its figures, and what they must be read with. */
export const printResult = (benchmark: string, settings: object, figures: object): void => {
  process.stdout.write(`${JSON.stringify({ benchmark, machine: describeMachine(), settings, ...figures })}\n`)
}
