import { collectDefaultMetrics, Registry } from 'prom-client'

/** What is no number until the loop has been sampled since the last scrape: two that come close together would see none. */
const unsampled = ['min', 'mean', 'stddev'].map((name) => `nodejs_eventloop_lag_${name}_seconds`)

/** A registry with prom-client's own metrics of a process, those that are always numbers. */
export const createProcessRegistry = (): Registry => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of unsampled) registry.removeSingleMetric(name)
  return registry
}
