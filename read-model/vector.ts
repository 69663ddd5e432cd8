/** Up to which position of each shard's log something accounts for the events. */
export type Vector = ReadonlyMap<number, number>

/** From `{"0": 123}`, as Postgres' JSON has it; shards in order. */
export const vectorFromJson = (json: Readonly<Record<string, number>>): Vector =>
  new Map(
    Object.entries(json)
      .map(([shard, position]) => [Number(shard), position] as const)
      .toSorted(([a], [b]) => a - b),
  )

/** A vector as text: equal vectors give equal texts. */
export const vectorText = (vector: Vector): string =>
  [...vector].map(([shard, position]) => `${shard}:${position}`).join(',')

/** Whether a vector accounts for all that another accounts for. */
export const covers = (vector: Vector, other: Vector): boolean =>
  [...other].every(([shard, position]) => (vector.get(shard) ?? 0) >= position)

/** Whether a shard is at a lower position in `to`: it was begun again, since positions never step back otherwise. */
export const stepsBack = (from: Vector, to: Vector): boolean => !covers(to, from)
