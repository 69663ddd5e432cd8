export type TestArguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'all' }
  /** Only the tests that these arguments choose, handed to vitest as they are. */
  | { readonly kind: 'some'; readonly forVitest: readonly string[] }

/** What was asked for behind `npm test --`. */
export const readArguments = (args: readonly string[]): TestArguments => {
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' }
  return args.length === 0 ? { kind: 'all' } : { kind: 'some', forVitest: args }
}
