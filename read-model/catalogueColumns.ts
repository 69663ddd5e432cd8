/**
 * The columns of a catalogue row but `shard`, with their types. A value that a later event may replace comes with when it was
 * reported (`…_said_at`) and by which event (`…_said_by`). What only a registration reports is one JSON object, `said`, sent as text.
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
