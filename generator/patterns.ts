import { v5 as uuidV5 } from 'uuid'
import type { Character } from './character.ts'

/** One row of a category: name, character, relative usage, success rate, quality, median milliseconds, description. */
type PatternRow = readonly [
  name: string,
  character: Character,
  weight: number,
  successRate: number,
  quality: number,
  durationMs: number,
  description: string,
]

/** A pattern of the demo and how it behaves on average; its character changes that over the days. */
export interface DemoPattern {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly description: string
  readonly character: Character
  /** Usage in relation to the other patterns. */
  readonly weight: number
  /** The share of its uses that succeed, at least in part. */
  readonly successRate: number
  /** The mean quality score. */
  readonly quality: number
  /** The median execution time. */
  readonly durationMs: number
}

/** The ids are UUIDv5 of type and name, so a pattern is the same one in every run and every seed. */
const patternOf = (type: string, row: PatternRow): DemoPattern => {
  const [name, character, weight, successRate, quality, durationMs, description] = row
  const id = uuidV5(`demo-pattern/${type}/${name}`, uuidV5.URL)
  return { id, name, type, description, character, weight, successRate, quality, durationMs }
}

const categories: Readonly<Record<string, readonly PatternRow[]>> = {
  architectural: [
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
  ],
  resilience: [
    ['Circuit Breaker', 'steady', 22, 0.97, 0.88, 120, 'Stops calling a dependency that keeps failing'],
    ['Retry with Jitter', 'improving', 18, 0.96, 0.87, 95, 'Retries after a random, growing pause'],
    ['Bulkhead', 'steady', 9, 0.94, 0.82, 160, 'Gives each dependency its own share of threads'],
    ['Fixed-Delay Retry', 'declining', 10, 0.74, 0.48, 210, 'Retries at the same interval for ever'],
    ['Timeout Budget', 'emerging', 6, 0.95, 0.86, 80, 'Passes the remaining time on to each call'],
    ['Load Shedding', 'bursty', 7, 0.92, 0.8, 60, 'Refuses work early when a queue grows'],
    ['Graceful Degradation', 'worsening', 11, 0.93, 0.84, 190, 'Serves a simpler answer when a part is down'],
    ['Saga Compensation', 'worsening', 8, 0.9, 0.81, 680, 'Undoes finished steps when a later one fails'],
    ['Dead Letter Queue', 'steady', 12, 0.98, 0.9, 70, 'Sets a poison message aside and goes on'],
    ['Hedged Requests', 'rare', 1, 0.9, 0.77, 140, 'Asks a second replica when the first is slow'],
  ],
  data_access: [
    ['CRUD Effect', 'steady', 30, 0.98, 0.85, 45, 'Create, read, update and delete one entity'],
    ['Repository', 'steady', 20, 0.96, 0.83, 65, 'A collection-like front to stored entities'],
    ['Active Record', 'declining', 11, 0.86, 0.6, 85, 'Entities that load and save themselves'],
    ['Keyset Pagination', 'emerging', 7, 0.97, 0.89, 38, 'Pages by the last key that was seen'],
    ['Offset Pagination', 'declining', 9, 0.9, 0.58, 130, 'Pages by skipping rows'],
    ['Transactional Outbox', 'improving', 12, 0.95, 0.88, 150, 'Stores messages with the state they report'],
    ['Read-Through Cache', 'worsening', 14, 0.95, 0.8, 20, 'Fills the cache on the first miss'],
    ['Bulk Upsert', 'bursty', 8, 0.93, 0.82, 890, 'Writes many rows in one statement'],
    ['Soft Delete', 'steady', 10, 0.91, 0.7, 55, 'Marks rows as deleted and filters them out'],
    ['Change Data Capture', 'new', 7, 0.9, 0.85, 260, 'Streams the changes of a database table'],
  ],
  testing: [
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
  ],
  naming: [
    ['Units in Names', 'improving', 12, 0.98, 0.9, 12, 'timeoutMs instead of timeout'],
    ['Verb-First Functions', 'steady', 16, 0.97, 0.82, 10, 'Functions are named after what they do'],
    ['Hungarian Notation', 'declining', 7, 0.7, 0.4, 14, 'Types as prefixes of names'],
    ['Ubiquitous Language', 'emerging', 6, 0.93, 0.88, 35, 'Code uses the words of the domain'],
    ['Boolean Prefix', 'steady', 14, 0.98, 0.8, 8, 'is, has and can before booleans'],
    ['Manager Suffix', 'declining', 8, 0.72, 0.38, 15, 'XManager for what has no other name'],
    ['Feature Folders', 'improving', 9, 0.95, 0.84, 55, 'Folders by feature, not by kind of file'],
    ['Abbreviated Identifiers', 'worsening', 9, 0.88, 0.6, 9, 'cfg, mgr, svc and their kin'],
    ['Event in Past Tense', 'new', 7, 0.96, 0.89, 11, 'OrderPlaced, not PlaceOrder'],
    ['Reserved-Word Escape', 'rare', 1, 0.9, 0.6, 7, 'A trailing underscore for a reserved word'],
  ],
  security: [
    ['Parameterised Query', 'steady', 24, 0.99, 0.93, 30, 'Values never become part of a statement'],
    ['Short-Lived Tokens', 'emerging', 6, 0.95, 0.89, 75, 'Credentials that expire within minutes'],
    ['Shared API Key', 'declining', 9, 0.83, 0.42, 20, 'One long-lived key for all clients'],
    ['Least Privilege Role', 'improving', 11, 0.96, 0.88, 140, 'A database role that can do only its task'],
    ['Input Allow-List', 'steady', 15, 0.97, 0.87, 18, 'Refuses what is not known to be good'],
    ['Regex Sanitiser', 'worsening', 10, 0.9, 0.65, 24, 'Removes what is known to be bad'],
    ['Secret Rotation', 'bursty', 5, 0.91, 0.84, 1900, 'Replaces credentials on a schedule'],
    ['Passkey Login', 'new', 8, 0.9, 0.9, 480, 'Signs in without a password'],
    ['Envelope Encryption', 'rare', 1, 0.94, 0.9, 220, 'Encrypts each object with a key of its own'],
    ['Rate Limiter', 'bursty', 10, 0.96, 0.83, 6, 'Bounds what one caller may ask for'],
  ],
}

/** Sixty patterns in six categories. */
export const demoPatterns: readonly DemoPattern[] = Object.entries(categories).flatMap(([type, rows]) =>
  rows.map((row) => patternOf(type, row)),
)
