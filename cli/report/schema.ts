/** The JSON Schema of the result document, made from the same zod schema that reads one. */

import { jsonSchemaOf } from '../../server/lib/json-document.ts'
import { resultSchema } from './result.ts'

/** JSON Schema (draft 2020-12) of `schema: 1`. Members it does not name are allowed: a later version may add some. */
export function resultJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Result of chaos burst, compare, demo or live',
    description:
      'What --json prints, what is kept, and what the reports read. Times are milliseconds, shares are percent.',
    ...jsonSchemaOf(resultSchema),
  }
}
