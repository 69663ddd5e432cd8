import type { PatternRow } from '../patterns.ts'

export const naming: readonly PatternRow[] = [
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
]
