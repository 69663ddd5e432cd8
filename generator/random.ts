import { createHash } from 'node:crypto'
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

const twoTo32 = 2 ** 32

/** A stream of random draws that depends on its seed alone. */
export interface Random {
  /** 32 random bits as an integer 0…2^32 − 1. */
  bits(): number
  /** A number in [0, 1), in steps of 2^-32. */
  unit(): number
  /** An integer in [0, count). */
  below(count: number): number
  /** True with this probability. */
  chance(probability: number): boolean
  /** One of the choices, each as likely. */
  pick<Choice>(choices: readonly Choice[]): Choice
  /** Normally distributed with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number
  /** Exponentially distributed with mean 1: the gap between two events of a Poisson process of rate 1. */
  exponential(): number
}

/** The same seed gives the same draws, on every machine. Seeds that differ in one character are unrelated. */
export const createRandom = (seed: string | number): Random => {
  // The state of the generator is the hash of the seed, so that near seeds do not give near streams.
  const digest = createHash('sha256').update(String(seed)).digest()
  const source = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => digest.readInt32LE(at)))
  const bits = (): number => source.next() >>> 0
  const unit = (): number => bits() / twoTo32
  const below = (count: number): number => Math.floor(unit() * count)
  return {
    bits,
    unit,
    below,
    chance: (probability) => unit() < probability,
    pick: <Choice>(choices: readonly Choice[]): Choice => choices[below(choices.length)] as Choice,
    // 1 − unit() lies in (0, 1], whose logarithm exists.
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
    exponential: () => -Math.log(1 - unit()),
  }
}
