import { UnknownTypeError } from '../queries/queryErrors.ts'
import type { Catalogue, ListedPattern } from './catalogue.ts'

/**
 * The patterns of a type.
 * @throws UnknownTypeError if there are patterns, and none has it
 */
export const patternsOfType = (
  catalogue: Catalogue,
  patternType: string | undefined,
): readonly ListedPattern[] => {
  const patterns = catalogue.ofType(patternType)
  if (patternType !== undefined && patterns.length === 0 && catalogue.patterns.length > 0)
    throw new UnknownTypeError(patternType)
  return patterns
}
