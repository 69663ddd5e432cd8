/**
 * The columns of a catalogue row but `shard`, with their types. What may be said again by a later event comes with when it was
 * said and by which event; what only a registration says is one JSON object, `said`, which travels as text.
 */
export const catalogueColumns = [
  ['pattern_id', 'uuid'],
  ['first_seen', 'timestamptz'],
  ['last_seen', 'timestamptz'],
  ['last_used', 'timestamptz'],
  ['last_position', 'int8'],
  ['pattern_name', 'text'],
  ['pattern_name_said_at', 'timestamptz'],
  ['pattern_name_said_by', 'uuid'],
  ['pattern_type', 'text'],
  ['pattern_type_said_at', 'timestamptz'],
  ['pattern_type_said_by', 'uuid'],
  ['said', 'text'],
] as const
