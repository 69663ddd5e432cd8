import { type Metric, metrics } from '@patterns/projections/analytics/metric.ts'
import { trendSeries } from '@patterns/projections/trends/trendSeries.ts'
import type { Command } from 'commander'
import { printFigures, printResult } from './printResult.ts'
import { detectionInList, detectionOf, simulateLines } from './trends/detect.ts'

/** What is injected, from nothing to what cannot be overlooked; see `Character.change`. */
const changes: Readonly<Record<Metric, readonly number[]>> = {
  usage: [0, 0.1, 0.25, 0.5, 1],
  success_rate: [0, 0.02, 0.05, 0.1, 0.2],
  quality: [0, 0.01, 0.02, 0.05, 0.1],
  duration: [0, 0.05, 0.1, 0.25, 0.5],
}

interface TrendsOptions {
  readonly patterns: string
  readonly stillPatterns: string
  readonly uses: string
}

/** `npm run bench -- trends`: how often a trend that is there is found, and one that is not there is seen. */
export const register = (program: Command): void => {
  program
    .command('trends')
    .description('detection rate by the strength of a trend, and false positives, on simulated histories')
    .option('--patterns <n>', 'patterns with each trend', '2000')
    .option('--still-patterns <n>', 'patterns without any trend', '10000')
    .option('--uses <n>', 'uses in a window, on average', '20')
    .action((options: TrendsOptions) => {
      const [patterns, stillPatterns] = [Number(options.patterns), Number(options.stillPatterns)]
      const usesPerWindow = Number(options.uses)
      const detection: object[] = []
      let maxFalsePositives = 0
      for (const series of trendSeries) {
        for (const metric of metrics) {
          for (const [index, change] of changes[metric].entries()) {
            const character = { series, metric, change, usesPerWindow }
            const lines = simulateLines(character, change === 0 ? stillPatterns : patterns, index + 1)
            const { called_moving: calledMoving, called_right: calledRight } = detectionOf(lines, change)
            const figures = {
              series: `${series.granularity}/${series.windows}`,
              metric,
              change,
              ...(change === 0 ? { false_positives: calledMoving } : { detected: calledRight }),
            }
            if (change === 0) maxFalsePositives = Math.max(maxFalsePositives, calledMoving)
            printFigures(figures)
            detection.push(figures)
          }
        }
      }
      const list = { series: trendSeries[1]!, metric: 'usage' as const, usesPerWindow }
      const movers = Math.round(stillPatterns / 10)
      const inList = {
        patterns: stillPatterns,
        moving: movers,
        change: 0.5,
        ...detectionInList(
          [
            ...simulateLines({ ...list, change: 0.5 }, movers, 11),
            ...simulateLines({ ...list, change: 0 }, stillPatterns - movers, 12),
          ],
          movers,
        ),
      }
      printFigures(inList)
      printResult(
        'trends',
        { patterns, still_patterns: stillPatterns, uses_per_window: usesPerWindow },
        { max_false_positives: maxFalsePositives, detection, list: inList },
      )
    })
}
