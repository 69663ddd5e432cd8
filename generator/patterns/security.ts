import type { PatternRow } from '../patterns.ts'

export const security: readonly PatternRow[] = [
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
]
