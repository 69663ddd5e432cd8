/** How the document groups the routes, in the order in which a reader wants them. */
export const documentTags = [
  {
    name: 'Analytics',
    description: 'What is used, what works, how that changes, and how patterns stand against each other.',
  },
  {
    name: 'Patterns',
    description: 'Which patterns there are, all about one, and the events behind its numbers.',
  },
  { name: 'Operations', description: 'How the API itself is.' },
] as const
