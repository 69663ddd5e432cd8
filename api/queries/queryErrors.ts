/** More requests wait than can be answered soon. A retry in a moment may succeed. */
export class TooBusyError extends Error {
  override readonly name = 'TooBusyError'
}

/** The processor has not written the standings yet, as after a migration. */
export class NotMadeYetError extends Error {
  override readonly name = 'NotMadeYetError'

  constructor() {
    super(
      'The processor has not listed the patterns yet. It does so within seconds, once one of this version runs.',
    )
  }
}

/** No pattern is of a type: more likely a mistake than an empty category. */
export class UnknownTypeError extends Error {
  override readonly name = 'UnknownTypeError'

  constructor(patternType: string) {
    super(`no pattern is of the type ${patternType}`)
  }
}
