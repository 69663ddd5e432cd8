import { minRelativeChange, significance } from '@patterns/projections/analytics/direction.ts'
import sql, { raw, type Sql } from 'sql-template-tag'

/** What lines are judged by. Of many lines it is quicker to judge rows of these alone. */
export const judgedColumns = 'slope, span, mean, s, p'

/**
 * Selects the lines of a list that are measured, each with its `adjusted_p` and `direction` among all of them: the rules
 * of `benjaminiHochberg` and `direction`, to the same bits. Equal p-values share the last of their ranks.
 * Both windows have one order, so that lines are sorted once.
 */
export const judgedLines = (lines: Sql): Sql => sql`
select *, case
    when adjusted_p >= ${raw(String(significance))} or abs(slope * span) < ${raw(String(minRelativeChange))} * abs(mean)
      or sign(slope * span) <> sign(s) then 'stable'
    when s > 0 then 'increasing'
    else 'decreasing'
  end as direction
from (
  select *, least(1, min(p * list_size / (list_size - greater)) over (order by p desc)) as adjusted_p
  from (
    select *, count(*) over () as list_size, rank() over (order by p desc) - 1 as greater
    from ${lines} where p is not null
  ) as ranked
) as adjusted`
