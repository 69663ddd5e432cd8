import type { Command } from 'commander'
import { percentilesOf } from './percentiles.ts'
import { printResult } from './printResult.ts'
import { startSteadyLoad } from './steadyLoad.ts'

const warmUpSeconds = 10

/** `npm run bench -- latency`: from a send that the topic acknowledged to the answer of the api that counts it. */
export const register = (program: Command): void => {
  program
    .command('latency')
    .description('milliseconds from an acknowledged send to visible through the api, under a steady load')
    .option('--rate <n>', 'events a second', '5000')
    .option('--seconds <n>', 'how long', '30')
    .action(async (options: { rate: string; seconds: string }) => {
      const [rate, seconds] = [Number(options.rate), Number(options.seconds)]
      const load = await startSteadyLoad(rate)
      try {
        await load.send(warmUpSeconds, 1)
        const milliseconds = await load.send(seconds, 1)
        printResult(
          'latency',
          { rate, seconds, partitions: 4, fsync: true, broker_compiler: 'C1' },
          { samples: milliseconds.length, milliseconds: percentilesOf(milliseconds) },
        )
      } finally {
        await load.stop()
      }
    })
}
