/** The package ships its types where its `exports` hide them; these are the functions that we use. */
declare module 'cephes' {
  /** Resolves when the WebAssembly is ready to be called. */
  export const compiled: Promise<void>
  /** The standard normal distribution function. */
  export function ndtr(z: number): number
  /** Its inverse, for a probability 0…1. */
  export function ndtri(p: number): number
  /** The regularized incomplete beta function I_x(a, b). */
  export function incbet(a: number, b: number, x: number): number
  /** Its inverse: the x with I_x(a, b) = y. */
  export function incbi(a: number, b: number, y: number): number
}
