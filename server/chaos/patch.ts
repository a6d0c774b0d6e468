/** Changes of the settings document: JSON merge patch (RFC 7396), all or nothing, every problem with its place. */

import type { z } from 'zod'
import { MEMBERS, type Member, type Settings, settingsSchema } from './settings.ts'

/** One thing that is wrong with a document. */
export interface Complaint {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string
  readonly detail: string
}

/** A document that was refused. Nothing has been changed. */
export class SettingsError extends Error {
  override name = 'SettingsError'
  readonly errors: readonly Complaint[]

  constructor(errors: readonly Complaint[]) {
    super(errors.map(error => `${error.pointer || 'the document'}: ${error.detail}`).join('; '))
    this.errors = errors
  }
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type JsonObject = { readonly [name: string]: Json }

const NULLABLE: ReadonlySet<string> = new Set<Member>(['latency', 'outage', 'capacity'])
const TAGS = ['distribution', 'kind'] as const
const DEEPEST = 16

/** What a patch does to the members it names: their new values, or null in `cleared` for those that are given back. */
export interface Effect {
  readonly values: Partial<Settings>
  /** Members that the patch sets to null although they cannot be off: they return to what they would be without it. */
  readonly cleared: readonly Member[]
}

/**
 * The effect of a merge patch on `current`. Null switches latency, outage and capacity off, and gives other members back.
 * @throws {SettingsError} naming every problem.
 */
export function readPatch(patch: unknown, current: Settings): Effect {
  if (!isObject(patch)) throw new SettingsError([{ pointer: '', detail: 'must be a JSON object' }])
  checkDepth(patch, 0)
  const cleared: Member[] = []
  const merged: Record<string, unknown> = { ...current }
  const named = Object.keys(patch) as Member[]
  for (const name of named) {
    const value = patch[name] ?? null
    if (value === null && isMember(name) && !NULLABLE.has(name)) cleared.push(name)
    else merged[name] = mergePatch(merged[name], value)
  }
  const whole = check(settingsSchema, merged)
  const values: Record<string, unknown> = {}
  for (const name of named) if (!cleared.includes(name)) values[name] = whole[name]
  return { values: values as Partial<Settings>, cleared }
}

/** The whole document that a replacement (PUT) stands for: what it does not name takes its default. */
export function readDocument(document: unknown, defaults: Settings): Settings {
  if (!isObject(document)) throw new SettingsError([{ pointer: '', detail: 'must be a JSON object' }])
  checkDepth(document, 0)
  return check(settingsSchema, { ...defaults, ...document })
}

/** Parses with a schema. @throws {SettingsError} with a pointer for each problem. */
export function check<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new SettingsError(result.error.issues.flatMap(issue => complaints(issue)))
}

/**
 * Applies a merge patch (RFC 7396) to a value; neither is changed. One departure: an object that names another
 * distribution or kind replaces the old one, because the members of the one mean nothing to the other.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const kept = isObject(target) && !TAGS.some(tag => tag in patch && patch[tag] !== target[tag])
  const merged: Record<string, unknown> = kept ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = mergePatch(merged[name], value)
  }
  return merged
}

function complaints(issue: z.core.$ZodIssue): Complaint[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownMember(key, issue.path))
  return [{ pointer: pointer(issue.path), detail: issue.message }]
}

function unknownMember(name: string, path: readonly PropertyKey[] = []): Complaint {
  return { pointer: pointer([...path, name]), detail: `there is no member "${name}" here` }
}

function pointer(path: readonly PropertyKey[]): string {
  return path.map(part => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Refuses what would nest deeper than any document does, and the one name that could reach an object's prototype. */
function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > DEEPEST) throw new SettingsError([{ pointer: '', detail: `must not nest deeper than ${DEEPEST} levels` }])
  if (Object.hasOwn(value, '__proto__')) throw new SettingsError([unknownMember('__proto__')])
  for (const part of Object.values(value)) checkDepth(part, depth + 1)
}

function isMember(name: string): name is Member {
  return (MEMBERS as readonly string[]).includes(name)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
