/** (current − previous) / previous; null if there was nothing before, as growth from nothing has no rate. */
export const growthRate = (current: number, previous: number): number | null =>
  previous === 0 ? null : (current - previous) / previous
