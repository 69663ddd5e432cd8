-- Up Migration

-- A pattern that was used in none of a series' windows has no point of usage in it any more; it had zeros. All lines are
-- computed again, as where nothing was closed before.
update projection_checkpoints set watermark = null where projection = 'pattern_trends';
