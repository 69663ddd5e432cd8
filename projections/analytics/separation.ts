/** Below this a probability is 0 for all purposes. */
const negligible = 1e-300

/**
 * How probable it is that chance alone parts two samples completely, where each has only one value and the two values
 * differ; two-sided. It is Fisher and Irwin's exact test of the table (m, 0; 0, n), whose probability is 1 over the
 * ways to choose which m of the m + n observations are the first's: `fisherIrwin.ts`, in a few steps whatever the counts.
 */
export const separationP = (first: number, second: number): number => {
  const [fewer, more] = [Math.min(first, second), Math.max(first, second)]
  // Of two samples of one size the mirrored table is as improbable.
  let p = fewer === more ? 2 : 1
  for (let i = 1; i <= fewer && p > negligible; i++) p *= i / (more + i)
  return Math.min(1, p)
}
