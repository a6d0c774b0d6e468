/** What is asked of JSON documents: their depth, pointers into them, and the JSON Schema of a zod schema. */

import { z } from 'zod'

/** Whether a parsed document has objects or arrays within more than `levels` others. */
export function nestsDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels < 0 || Object.values(value).some(part => nestsDeeperThan(levels - 1, part))
}

/** The JSON pointer (RFC 6901) of a place. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The JSON Schema (draft 2020-12) of what a schema takes (`input`: members with defaults may be missing) or gives. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}
