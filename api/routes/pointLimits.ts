/** Points of one series, at most. */
export const maxPoints = 1_000

/** Points of each pattern in a list of up to 500, at most. */
export const maxListPoints = 200
