export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Rows under their titles, each column as wide as its widest cell. */
export const formatTable = (columns: readonly Column[], rows: readonly (readonly string[])[]): string => {
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...rows.map((row) => (row[at] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, at) => {
        const cell = cells[at] ?? ''
        return align === 'right' ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n')
}

/** 1234567 → 1,234,567 */
export const formatCount = (count: number): string => count.toLocaleString('en-US')
