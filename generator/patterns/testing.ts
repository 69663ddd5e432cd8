import type { PatternRow } from '../patterns.ts'

export const testing: readonly PatternRow[] = [
  ['Property-Based Test', 'emerging', 6, 0.88, 0.9, 1400, 'Checks laws on generated input'],
  ['Golden File Test', 'steady', 9, 0.9, 0.74, 320, 'Compares output with a reviewed file'],
  ['Contract Test', 'improving', 10, 0.94, 0.87, 760, 'Checks both sides of an interface on their own'],
  ['Test Data Builder', 'steady', 13, 0.97, 0.84, 40, 'Builds valid objects with one interesting field'],
  ['Shared Test Fixture', 'declining', 8, 0.77, 0.5, 640, 'One mutable setup for a whole suite'],
  ['Mutation Test', 'rare', 1, 0.82, 0.86, 5200, 'Changes the code to see whether a test notices'],
  ['Snapshot Test', 'worsening', 12, 0.92, 0.72, 180, 'Compares a rendering with the last one'],
  ['Fault Injection', 'bursty', 6, 0.84, 0.85, 2100, 'Breaks a dependency on purpose'],
  ['In-Memory Fake', 'steady', 11, 0.96, 0.81, 25, 'A simple working stand-in for a dependency'],
  ['Deterministic Simulation', 'new', 6, 0.87, 0.92, 3100, 'Runs the whole system on a simulated clock'],
]
