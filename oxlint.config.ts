import type { OxlintConfig } from 'oxlint'

type ImportRule = NonNullable<NonNullable<OxlintConfig['rules']>['no-restricted-imports']>

interface Boundary {
  readonly regex: string
  readonly message: string
}

/** What no file may import, whichever room it is in, and what the files of one room must not either. */
const refuseImports = (...boundaries: Boundary[]): ImportRule => [
  'error',
  {
    paths: [
      {
        name: 'node:module',
        importNames: ['createRequire'],
        message:
          'require goes past the boundaries of imports; only topic/kafka/kafkajs/ needs it, for the inside of kafkajs.',
      },
      {
        name: 'date-fns',
        message:
          'The whole of date-fns takes two seconds of every start to load: import date-fns/<function>.',
      },
    ],
    patterns: [
      {
        regex: '^kafkajs(/|$)',
        message:
          'kafkajs is imported in topic/kafka/kafkajs/ alone: its traps are handled there, once, and the rest can move to another client.',
      },
      ...boundaries,
    ],
  },
]

/** What no file of the api may import; each of its layers has a boundary of its own besides. */
const ofApi: readonly Boundary[] = [
  {
    regex: String.raw`(^@patterns/|\.\./)processor/`,
    message: 'The API only reads tables: it must start, scale and fail apart from the processor.',
  },
  {
    regex: String.raw`(^@patterns/|\.\./)(topic|generator|cli)/`,
    message: 'The API answers from the database alone, so that it works while Kafka does not.',
  },
  {
    regex: '^@patterns/read-model/writing/',
    message: 'The API only reads: the read model is written by the owner of a shard.',
  },
]

const apiLayer = (layer: string, boundary: Boundary) => ({
  files: [`api/${layer}/**/*.ts`],
  rules: { 'no-restricted-imports': refuseImports(...ofApi, boundary) },
})

const room = (name: string, ...boundaries: Boundary[]) => ({
  files: [`${name}/**/*.ts`],
  excludeFiles: ['**/*.test.ts'],
  rules: { 'no-restricted-imports': refuseImports(...boundaries) },
})

export default {
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  env: { node: true, es2024: true },
  ignorePatterns: ['**/node_modules/**', '.data/**', 'coverage/**'],
  rules: {
    eqeqeq: 'error',
    'no-console': 'error',
    'no-else-return': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-commonjs': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'oxc/no-accumulating-spread': 'error',
    'oxc/no-barrel-file': 'error',
    'typescript/consistent-type-imports': [
      'error',
      { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
    ],
    'typescript/no-deprecated': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/prefer-top-level-await': 'error',

    // Only main.ts files may read the environment or end the process; the exceptions are below.
    'node/no-process-env': 'error',
    'unicorn/no-process-exit': 'error',
    'no-restricted-imports': refuseImports(),

    // Off, because in this code they find no faults:
    // an array of fc, pino or pg members reads better with its namespace;
    'import/no-named-as-default-member': 'off',
    // rows and messages get their type where they enter, and that is an assertion;
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unsafe-enum-assignment': 'off',
    // it does not see an assignment in the body of another function or through a reference;
    'no-unmodified-loop-condition': 'off',
    // a small function beside its only use is easier to read than one far away;
    'unicorn/consistent-function-scoping': 'off',
    // the methods of what a factory returns are closures and have no this;
    'typescript/unbound-method': 'off',
    // a copy of a set that the loop changes is needed;
    'unicorn/no-useless-spread': 'off',
    // prom-client's metrics register themselves when they are made;
    'no-new': 'off',
    // the length of an array is a number here, and TypeScript knows;
    'unicorn/no-new-array': 'off',
    // a then() for its effect alone returns nothing.
    'promise/always-return': 'off',
    'promise/no-promise-in-callback': 'off',
  },
  overrides: [
    {
      // The second is what kafkajs itself writes, for tests to compare with.
      files: ['topic/kafka/kafkajs/*.ts', 'topic/testing/encodeRecordBatch.ts'],
      rules: { 'no-restricted-imports': 'off' },
    },
    room(
      'projections',
      {
        regex: '^(pg|pg-copy-streams|pino|hono|@hono/.*|@eventstore/.*)(/|$)',
        message:
          'Projections are pure: events in, deltas out. A driver or a server here could make a rebuild differ from what was live.',
      },
      {
        regex: '^node:[a-z_]*',
        message:
          'Projections are pure: no files, network, processes or timers, so that the same events always give the same rows.',
      },
      {
        regex: '^@patterns/shared/(postgres|settings|logger|runProcess)',
        message: 'Projections are pure: no database, settings or logs. Pass what is needed as an argument.',
      },
      {
        regex: String.raw`(^@patterns/|\.\./)(api|processor|read-model|event-log|topic|launcher|testing|generator|cli|bench)/`,
        message: 'Projections know none of the parts that use them.',
      },
    ),
    {
      files: ['projections/**/*.ts'],
      excludeFiles: ['**/*.test.ts'],
      rules: {
        'no-restricted-globals': [
          'error',
          {
            name: 'process',
            message: 'Projections read no environment: pass what is needed as an argument.',
          },
          { name: 'performance', message: 'Projections have no clock: time comes from events.' },
          { name: 'setTimeout', message: 'Projections have no clock: time comes from events.' },
          { name: 'setInterval', message: 'Projections have no clock: time comes from events.' },
          { name: 'fetch', message: 'Projections are pure: they reach nothing.' },
          { name: 'crypto', message: 'Projections are deterministic: no random values.' },
        ],
        'no-restricted-properties': [
          'error',
          { object: 'Date', property: 'now', message: 'Projections have no clock: time comes from events.' },
          {
            object: 'Math',
            property: 'random',
            message: 'Projections are deterministic: no random values.',
          },
        ],
      },
    },
    { files: ['api/**/*.ts'], rules: { 'no-restricted-imports': refuseImports(...ofApi) } },
    apiLayer('http', {
      regex: String.raw`(^@patterns/api/|\.\./)(routes|queries)/`,
      message:
        'http is how every answer is given, whatever it says: it knows no route and reads nothing. Pass in what it needs.',
    }),
    apiLayer('queries', {
      regex: String.raw`(^@patterns/api/|\.\./)(http|routes)/|^(hono|@hono/.*)(/|$)`,
      message:
        'Queries know nothing of HTTP: they return values or throw errors of their own, which routes/queryProblem.ts turns into problems.',
    }),
    apiLayer('values', {
      regex: String.raw`(^@patterns/api/|\.\./)(http|routes|queries)/|^(pg|hono|@hono/.*)(/|$)`,
      message: 'Values are plain: every layer of the API speaks of them, and they of none.',
    }),
    room(
      'read-model',
      {
        regex: String.raw`(^@patterns/|\.\./)(api|processor|event-log|topic|launcher|testing|generator|cli|bench)/`,
        message:
          'The read model knows its tables and what they mean, and none of those who write or read them.',
      },
      { regex: '/writing/', message: 'What reads needs nothing of what writes.' },
    ),
    room('shared', {
      regex: String.raw`(^@patterns/|\.\./)(api|processor|read-model|event-log|projections|topic|launcher|testing|generator|cli|bench)/`,
      message: 'What is shared imports none of those who share it.',
    }),
    {
      files: ['**/main.ts'],
      rules: { 'node/no-process-env': 'off', 'unicorn/no-process-exit': 'off' },
    },
    {
      // The one place that ends a process; main.ts hands it in.
      files: ['shared/runProcess.ts'],
      rules: { 'unicorn/no-process-exit': 'off' },
    },
    {
      files: ['launcher/install.mjs'],
      rules: { 'node/no-process-env': 'off', 'unicorn/no-process-exit': 'off' },
    },
    {
      files: ['vitest.config.ts', 'testing/globalSetup.ts'],
      rules: { 'import/no-default-export': 'off', 'node/no-process-env': 'off' },
    },
    { files: ['oxlint.config.ts'], rules: { 'import/no-default-export': 'off' } },
    {
      files: ['**/*.test.ts', '**/*.contract.ts', '**/testing/**'],
      rules: {
        'node/no-process-env': 'off',
        'vitest/require-mock-type-parameters': 'off',
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        // Assertions may stand in a function that the test calls.
        'vitest/expect-expect': 'off',
        // Laws over generated input often have cases.
        'vitest/no-conditional-expect': 'off',
        'typescript/restrict-template-expressions': 'off',
        'unicorn/no-array-fill-with-reference-type': 'off',
      },
    },
  ],
} satisfies OxlintConfig
