/** Patterns of the demo. They are the example ids in the document, so that requests that /docs fills in have an answer. */
export const demoPatternIds = [
  '51682e36-17e9-56af-a927-7f4da393ed82',
  'c15c9def-ca57-56b6-ba58-60989137edf3',
] as const
