/** Schemas for what strangers post: the size is checked first, and no more of what is inside than the first flaw. */

import { z } from 'zod'
import { jsonSchemaOf, nestsDeeperThan } from '../lib/json-document.ts'

/** A list of `min` to `max` elements. A million flawed ones are one flaw, so that they cost no more than one. */
export function boundedList<S extends z.ZodType>(element: S, max: number, min = 0) {
  return z
    .array(z.unknown())
    .min(min)
    .max(max)
    .transform((values, context): z.output<S>[] => {
      const read: z.output<S>[] = []
      for (const [index, value] of values.entries()) {
        const { data, error } = element.safeParse(value)
        if (error) return refuse(context, index, error)
        read.push(data as z.output<S>)
      }
      return read
    })
    .meta({
      get items() {
        return jsonSchemaOf(element)
      },
    })
}

/** An object of `maxMembers` at most, all of one kind, with names of `maxName` characters at most. */
export function boundedRecord<S extends z.ZodType>(member: S, maxMembers: number, maxName: number) {
  const size = `must have ${maxMembers} members at most, with names of ${maxName} characters at most`
  return z
    .record(z.string(), z.unknown())
    .refine(given => {
      const names = Object.keys(given)
      return names.length <= maxMembers && names.every(name => name.length <= maxName)
    }, size)
    .transform((given, context): Record<string, z.output<S>> => {
      const read: [string, z.output<S>][] = []
      for (const [name, value] of Object.entries(given)) {
        const { data, error } = member.safeParse(value)
        if (error) return refuse(context, name, error)
        read.push([name, data as z.output<S>])
      }
      return Object.fromEntries(read)
    })
    .meta({
      maxProperties: maxMembers,
      propertyNames: { type: 'string', maxLength: maxName },
      get additionalProperties() {
        return jsonSchemaOf(member)
      },
    })
}

/** An object with whatever members, of `maxText` characters of JSON at most, nested `maxDepth` levels at most. */
export function boundedDocument(maxText: number, maxDepth: number) {
  return z
    .record(z.string(), z.unknown())
    .refine(
      given => !nestsDeeperThan(maxDepth, given) && JSON.stringify(given).length <= maxText,
      `must be ${maxText} characters of JSON at most, nested ${maxDepth} levels at most`,
    )
}

/** Whether events stand in the order of time, `atMs` in milliseconds. */
export function inOrderOfTime(events: readonly { readonly atMs: number }[]): boolean {
  return events.every(({ atMs }, index) => index === 0 || atMs >= (events[index - 1]?.atMs ?? 0))
}

function refuse(context: z.core.$RefinementCtx, place: number | string, { issues }: z.ZodError): never {
  for (const issue of issues)
    context.addIssue({ ...issue, path: [place, ...issue.path] } as z.core.$ZodSuperRefineIssue)
  return z.NEVER
}
