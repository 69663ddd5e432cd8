import type { CloudEventMode } from './cloudEvents.ts'

/** What a body came from, which decides what its producer calls our fields. */
export interface BodyOrigin {
  readonly wasUpcast: boolean
  readonly cloudEvent: CloudEventMode | undefined
  /** Where a structured CloudEvent has its data. Default `data`. */
  readonly dataField?: 'data' | 'data_base64'
}

const namesOfVersion0: Readonly<Record<string, string>> = { occurred_at: 'usage_timestamp' }
const namesOfCloudEvents: Readonly<Record<string, string>> = {
  event_id: 'id',
  type: 'type',
  occurred_at: 'time',
  source: 'source',
}

/** The producer's own name of a field. */
export const fieldName = (
  field: string,
  { wasUpcast, cloudEvent, dataField = 'data' }: BodyOrigin,
): string => {
  if (wasUpcast) return namesOfVersion0[field] ?? field
  if (cloudEvent === undefined) return field
  const attribute = namesOfCloudEvents[field]
  if (cloudEvent === 'binary') return attribute === undefined ? field : `ce_${attribute}`
  return attribute ?? `${dataField}.${field}`
}
