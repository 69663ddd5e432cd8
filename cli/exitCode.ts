/**
 * 0: done and all was well. 1: done, and problems were found, or it failed. 2: called or set up wrongly, also if
 * what a setting leads to cannot be reached.
 */
export type ExitCode = 0 | 1 | 2

/** A refusal whose message is all that a person needs: it is printed as one line. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  readonly exitCode: ExitCode
  constructor(message: string, { exitCode = 1, cause }: { exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause })
    this.exitCode = exitCode
  }
}
