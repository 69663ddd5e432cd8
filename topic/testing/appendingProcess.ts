import { encodeLine } from '../file/fileLine.ts'
import { createPartitionWriter } from '../file/partitionWriter.ts'

// A process of its own for `partitionFiles.test.ts`: appends, and reports where each of its lines lies.
const [file, name, rounds] = process.argv.slice(2) as [string, string, string]
const writer = createPartitionWriter(file)
const placed: Record<string, number> = {}
for (let round = 0; round < Number(rounds); round++) {
  const values = Array.from({ length: 5 }, (_, index) => `${name}/${round}/${index}`)
  const text = values.map((value) => encodeLine({ timestamp: 1, key: null, value })).join('')
  const first = await writer.append(Buffer.from(text))
  values.forEach((value, index) => (placed[value] = first + index))
}
await writer.close()
process.send?.(placed, () => process.disconnect())
