/** Changes of the settings document: JSON merge patch (RFC 7396), all or nothing, every problem with its place. */

import type { z } from 'zod'
import { jsonPointer, nestsDeeperThan } from '../../lib/json-document.ts'
import { DEFAULT_FAULTS } from './faults.ts'
import { MEMBERS, type Member, outageSchema, type Settings, settingsSchema } from './schema.ts'

/** One thing that is wrong with a document. */
export interface Complaint {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string
  readonly detail: string
  /** Says the same to a program. */
  readonly code?: string
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
const MAX_DEPTH = 16

/** What a patch does to the members it names: their new values, or null in `cleared` for those that are given back. */
export interface Effect {
  readonly values: Partial<Settings>
  /** Members that the patch sets to null although they cannot be off: they return to what they would be without it. */
  readonly cleared: readonly Member[]
}

/** A merge patch whose flaws are known; what does not depend on the document that it meets is checked once. */
export class Patch {
  /** Members that the patch sets to null although they cannot be off. */
  readonly #cleared: readonly Member[]
  /** Members of which it changes a part. */
  readonly #parts: readonly PatchPart[]
  readonly #whole: Checked

  /** @throws {SettingsError} where it is no object, or nests deeper than any document does */
  constructor(patch: unknown) {
    if (!isObject(patch)) throw new SettingsError([{ pointer: '', detail: 'must be a JSON object' }])
    checkShape(patch)
    const entries = Object.entries(patch)
    const isCleared = ([name, value]: [string, unknown]) => value === null && isMember(name) && !NULLABLE.has(name)
    const isPart = ([name, value]: [string, unknown]) => isObject(value) && isMember(name)
    this.#cleared = entries.filter(isCleared).map(([name]) => name as Member)
    this.#parts = entries.filter(isPart).map(([name, value]) => new PatchPart(name as Member, value as JsonObject))
    this.#whole = checkMembers(entries.filter(entry => !isCleared(entry) && !isPart(entry)))
  }

  /**
   * What it does to `current`, which is valid.
   * @throws {SettingsError} naming every problem
   */
  on(current: Settings): Effect {
    const values: Record<string, unknown> = { ...this.#whole.values }
    const flaws = [...this.#whole.flaws]
    for (const part of this.#parts) {
      const { value, flaws: found } = part.on(current[part.name])
      values[part.name] = value
      flaws.push(...found)
    }
    if (flaws.length > 0) throw new SettingsError(flaws)
    return { values: values as Partial<Settings>, cleared: this.#cleared }
  }
}

interface CheckedPart {
  readonly value: unknown
  readonly flaws: readonly Complaint[]
}

/** The lists of the members that are objects, each with a list that is valid. Whatever else they hold is short. */
const LISTS: Readonly<Record<string, { readonly schema: z.ZodType; readonly stub: readonly unknown[] }>> = {
  windows: { schema: outageSchema.shape.windows, stub: [] },
  faults: { schema: outageSchema.shape.faults, stub: DEFAULT_FAULTS },
}

/** A merge patch of one member that is an object. */
class PatchPart {
  readonly name: Member
  readonly #part: JsonObject
  /** Its lists that are valid, as the schema reads them. */
  readonly #lists = new Set<unknown>()
  /** What it last met, and what became of that: a timeline asks the same again. */
  #target: unknown
  #result: CheckedPart | null = null

  constructor(name: Member, part: JsonObject) {
    this.name = name
    const read = { ...part }
    for (const [list, { schema }] of Object.entries(LISTS)) {
      const { data } = Array.isArray(part[list]) ? schema.safeParse(part[list]) : {}
      if (data === undefined) continue
      read[list] = data as Json
      this.#lists.add(data)
    }
    this.#part = read
  }

  /** The member after the patch, where it was `target`, which is valid. */
  on(target: unknown): CheckedPart {
    if (this.#result && this.#target === target) return this.#result
    this.#target = target
    this.#result = this.#check(mergePatch(target, this.#part) as JsonObject, isObject(target) ? target : {})
    return this.#result
  }

  /** A list is as it was in the target or in the patch, and has been checked there. */
  #check(merged: JsonObject, target: JsonObject): CheckedPart {
    const known = Object.keys(LISTS).filter(
      list => Array.isArray(merged[list]) && (merged[list] === target[list] || this.#lists.has(merged[list])),
    )
    const stubs = Object.fromEntries(known.map(list => [list, LISTS[list]?.stub]))
    const { data, error } = settingsSchema.shape[this.name].safeParse({ ...merged, ...stubs })
    if (error) {
      const located = error.issues.map(issue => ({ ...issue, path: [this.name, ...issue.path] }))
      return { value: undefined, flaws: located.flatMap(complaints) }
    }
    const value = data as Record<string, unknown>
    for (const list of known) value[list] = merged[list]
    return { value, flaws: [] }
  }
}

/**
 * The effect of a merge patch on `current`. Null switches latency, outage and capacity off, and gives other members back.
 * @throws {SettingsError} naming every problem.
 */
export function readPatch(patch: unknown, current: Settings): Effect {
  return new Patch(patch).on(current)
}

/** The whole document that a replacement (PUT) stands for: what it does not name takes its default. */
export function readDocument(document: unknown, defaults: Settings): Settings {
  if (!isObject(document)) throw new SettingsError([{ pointer: '', detail: 'must be a JSON object' }])
  checkShape(document)
  return check(settingsSchema, { ...defaults, ...document })
}

interface Checked {
  readonly values: Partial<Settings>
  readonly flaws: readonly Complaint[]
}

/** No member is checked against another, so that a part of the document can be. */
const someMembers = settingsSchema.partial()

function checkMembers(entries: readonly (readonly [string, unknown])[]): Checked {
  if (entries.length === 0) return { values: {}, flaws: [] }
  const { data, error } = someMembers.safeParse(Object.fromEntries(entries))
  if (error) return { values: {}, flaws: error.issues.flatMap(complaints) }
  return { values: data as Partial<Settings>, flaws: [] }
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
  const code = issue.code === 'custom' ? issue.params?.code : undefined
  const complaint = { pointer: jsonPointer(issue.path), detail: issue.message }
  return [typeof code === 'string' ? { ...complaint, code } : complaint]
}

function unknownMember(name: string, path: readonly PropertyKey[] = []): Complaint {
  return { pointer: jsonPointer([...path, name]), detail: `there is no member "${name}" here` }
}

/** Refuses what would nest deeper than any document does, and the one name that could reach an object's prototype. */
function checkShape(document: unknown): void {
  if (nestsDeeperThan(MAX_DEPTH, document))
    throw new SettingsError([{ pointer: '', detail: `must not nest deeper than ${MAX_DEPTH} levels` }])
  if (namesPrototype(document)) throw new SettingsError([unknownMember('__proto__')])
}

function namesPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesPrototype)
}

function isMember(name: string): name is Member {
  return (MEMBERS as readonly string[]).includes(name)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
