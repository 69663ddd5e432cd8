import { Command } from 'commander'
import { register as compaction } from './compaction.ts'
import { register as consume } from './consume.ts'
import { register as latency } from './latency.ts'
import { register as pipeline } from './pipeline.ts'
import { register as read } from './read.ts'
import { register as soak } from './soak.ts'
import { register as standings } from './standings.ts'
import { register as start } from './start.ts'
import { register as trends } from './trends.ts'

const program = new Command('npm run bench --').description(
  'Benchmarks. Each starts what it needs, prints its figures, and as its last line all of them as JSON.',
)
for (const register of [pipeline, consume, latency, read, trends, standings, start, soak, compaction])
  register(program)
await program.parseAsync()
