import type { PatternRow } from '../patterns.ts'

export const architectural: readonly PatternRow[] = [
  ['Hexagonal Ports', 'steady', 14, 0.94, 0.86, 410, 'Keeps the domain free of drivers behind ports'],
  ['Event Sourcing', 'emerging', 6, 0.91, 0.83, 620, 'Stores what happened and derives the state'],
  ['CQRS Read Model', 'emerging', 5, 0.93, 0.84, 380, 'Answers queries from a model built for them'],
  ['Service Locator', 'declining', 9, 0.78, 0.52, 240, 'Looks dependencies up in a global registry'],
  ['Layered Monolith', 'declining', 8, 0.88, 0.66, 510, 'Splits one deployable into strict layers'],
  ['Backend for Frontend', 'steady', 7, 0.92, 0.79, 450, 'Gives each client its own thin API'],
  ['Strangler Fig', 'rare', 1, 0.85, 0.8, 900, 'Replaces a legacy system route by route'],
  ['Modular Monolith', 'improving', 10, 0.95, 0.85, 470, 'One deployable of modules with enforced edges'],
  ['Plugin Registry', 'bursty', 5, 0.9, 0.75, 330, 'Lets features register themselves at start'],
  ['Cell-Based Deployment', 'new', 6, 0.89, 0.82, 780, 'Isolates tenants in independent cells'],
]
