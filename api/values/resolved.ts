/** What is wrong with one parameter or field. */
export interface InputFault {
  readonly path: string
  readonly message: string
}

/** The value of parameters that are well formed, or why it cannot be served. */
export type Resolved<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly InputFault[] }

export const resolved = <Value>(value: Value): Resolved<Value> => ({ ok: true, value })

export const refused = (path: string, message: string): Resolved<never> => ({
  ok: false,
  faults: [{ path, message }],
})
