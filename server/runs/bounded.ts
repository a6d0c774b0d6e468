/** Lists and records of strangers: their size is looked at first, and no more of what they hold than the first flaw. */

import { z } from 'zod'
import { nestsDeeperThan } from '../lib/json-depth.ts'

/** A list of `least` to `most` elements. A million flawed ones are one flaw, so that they cost no more than one. */
export function list<S extends z.ZodType>(element: S, most: number, least = 0) {
  return z
    .array(z.unknown())
    .min(least)
    .max(most)
    .transform((values, context): z.output<S>[] => {
      const read: z.output<S>[] = []
      for (const [index, value] of values.entries()) {
        const { data, error } = element.safeParse(value)
        if (error) return refused(context, index, error)
        read.push(data as z.output<S>)
      }
      return read
    })
    .meta({
      get items() {
        return partSchema(element)
      },
    })
}

/** An object of `most` members at most, all of one kind, with names of `longest` characters at most. */
export function record<S extends z.ZodType>(member: S, most: number, longest: number) {
  const size = `must have ${most} members at most, with names of ${longest} characters at most`
  return z
    .record(z.string(), z.unknown())
    .refine(given => {
      const names = Object.keys(given)
      return names.length <= most && names.every(name => name.length <= longest)
    }, size)
    .transform((given, context): Record<string, z.output<S>> => {
      const read: [string, z.output<S>][] = []
      for (const [name, value] of Object.entries(given)) {
        const { data, error } = member.safeParse(value)
        if (error) return refused(context, name, error)
        read.push([name, data as z.output<S>])
      }
      return Object.fromEntries(read)
    })
    .meta({
      maxProperties: most,
      propertyNames: { type: 'string', maxLength: longest },
      get additionalProperties() {
        return partSchema(member)
      },
    })
}

/** An object with whatever members, of `maxText` characters of JSON at most, nested `maxDepth` levels at most. */
export function document(maxText: number, maxDepth: number) {
  return z
    .record(z.string(), z.unknown())
    .refine(
      given => !nestsDeeperThan(maxDepth, given) && JSON.stringify(given).length <= maxText,
      `must be ${maxText} characters of JSON at most, nested ${maxDepth} levels at most`,
    )
}

/** Whether what happened is told in the order of time; `atMs` is milliseconds. */
export function neverBack(events: readonly { readonly atMs: number }[]): boolean {
  return events.every(({ atMs }, index) => index === 0 || atMs >= (events[index - 1]?.atMs ?? 0))
}

function refused(context: z.core.$RefinementCtx, place: number | string, { issues }: z.ZodError): never {
  for (const issue of issues)
    context.addIssue({ ...issue, path: [place, ...issue.path] } as z.core.$ZodSuperRefineIssue)
  return z.NEVER
}

function partSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
