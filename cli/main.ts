import { createContext } from './context.ts'
import { runProgram } from './program.ts'

// Not process.exit: what is still in the pipe of standard output would be cut off.
process.exitCode = await runProgram(process.argv, createContext(process))
