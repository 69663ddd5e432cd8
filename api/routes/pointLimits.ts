/** The most points of one series. */
export const maxPoints = 1_000

/** The most points of each pattern in a list of up to 500. */
export const maxListPoints = 200
