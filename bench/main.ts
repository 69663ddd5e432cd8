import { Command } from 'commander'
import { register as latency } from './latency.ts'
import { register as pipeline } from './pipeline.ts'

const program = new Command('npm run bench --').description(
  'Benchmarks. Each starts what it needs, prints its figures, and as its last line all of them as JSON.',
)
for (const register of [pipeline, latency]) register(program)
await program.parseAsync()
