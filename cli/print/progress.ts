import { Presets, SingleBar } from 'cli-progress'
import { formatCount } from './table.ts'

/** Nothing is shown of what takes less; if there is no terminal, a line comes as often. */
const quietMs = 2_000

/** Says on standard error how far a command has come. */
export interface Progress {
  update(done: number): void
  /** Prints a line without tearing the bar. */
  note(line: string): void
  stop(): void
}

export interface ProgressOptions {
  readonly stderr: NodeJS.WriteStream
  /** What is counted, such as `lines`. */
  readonly unit: string
  /** How many there will be; a bar needs it. */
  readonly total?: number
  /** Milliseconds from any origin. */
  readonly now?: () => number
}

const createBar = ({ stderr, unit, total }: ProgressOptions & { readonly total: number }) => {
  const bar = new SingleBar(
    {
      stream: stderr,
      format: `{bar} {percentage} %  {done} of {all} ${unit}  {eta_formatted} left`,
      hideCursor: true,
      clearOnComplete: true,
      etaBuffer: 100,
    },
    Presets.shades_classic,
  )
  return {
    start: (done: number) => bar.start(total, done, { done: formatCount(done), all: formatCount(total) }),
    update: (done: number) => bar.update(done, { done: formatCount(done) }),
    stop: () => bar.stop(),
  }
}

/** A bar on a terminal, if the end is known; else a line every two seconds. */
export const createProgress = (options: ProgressOptions): Progress => {
  const { stderr, unit, total, now = () => performance.now() } = options
  const bar = stderr.isTTY && total !== undefined && total > 0 ? createBar({ ...options, total }) : undefined
  let isBarShown = false
  let lineAt = now() + quietMs
  const startedAt = now()
  const sayLine = (done: number): void => {
    const perSecond = Math.round((done * 1_000) / (now() - startedAt))
    const share = total === undefined || total === 0 ? '' : ` of ${formatCount(total)}`
    stderr.write(`${formatCount(done)}${share} ${unit}, ${formatCount(perSecond)} a second\n`)
  }
  return {
    update(done) {
      if (isBarShown) return bar!.update(done)
      if (now() < lineAt) return
      if (bar !== undefined) {
        isBarShown = true
        return bar.start(done)
      }
      lineAt = now() + quietMs
      sayLine(done)
    },
    note(line) {
      // The bar stands in the line that the cursor is in: it is drawn again below.
      stderr.write(isBarShown ? `\r\u001b[K${line}\n` : `${line}\n`)
    },
    stop() {
      if (isBarShown) bar!.stop()
      isBarShown = false
    },
  }
}
