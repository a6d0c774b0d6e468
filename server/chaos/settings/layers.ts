/** The settings of one session in layers: what it inherits, what was set in it, and what a scenario sets for a while. */

import { createHash } from 'node:crypto'
import { type Effect, readDocument, readPatch } from './patch.ts'
import { MEMBERS, type Member, type Settings } from './schema.ts'

/** Who set a value. */
export type Source = 'default' | 'env' | 'file' | 'api' | 'cli' | 'web' | 'scenario' | 'inherited'

export interface Provenance {
  readonly source: Source
  /** Wall-clock time of the change, ISO 8601. */
  readonly at: string
}

/** A change that somebody asks for. */
export type Edit =
  /** A merge patch (RFC 7396), or members whose values are known to be valid. */
  | { readonly patch: unknown }
  | { readonly values: Partial<Settings> }
  /** A whole document; what it does not name takes its default. */
  | { readonly document: unknown }
  /** Gives every member back to what lies below. */
  | 'clear'

/** What a change did, or would do. */
export interface Change {
  readonly changed: readonly Member[]
  readonly before: Settings
  readonly after: Settings
}

/** A change that is to be taken back. */
export interface PassingChange extends Change {
  /** Takes it out of what was set, wherever it lies by then: what was set later stays, and what it covers shows again. */
  undo(): Change
  /** Whether `other` set the same, and all of this one is still there: that it ends later is all that `other` would do. */
  isSameAs(other: PassingChange): boolean
  /** What it set, as JSON. */
  readonly what: string
}

interface Entry {
  /** Undefined where the member was given back. */
  readonly value: unknown
  readonly provenance: Provenance
}

/** What lies under a session: another session's layers, or the boot values. */
export interface Base {
  readonly version: number
  effective(): Settings
  provenance(): Readonly<Record<Member, Provenance>>
}

/** The values that the process started with. */
export class Boot implements Base {
  readonly version = 0
  readonly #settings: Settings
  readonly #provenance: Readonly<Record<Member, Provenance>>

  constructor(settings: Settings, sources: Partial<Record<Member, Source>>, at: string) {
    this.#settings = settings
    this.#provenance = eachMember(member => ({ source: sources[member] ?? 'default', at }))
  }

  effective(): Settings {
    return this.#settings
  }

  provenance(): Readonly<Record<Member, Provenance>> {
    return this.#provenance
  }
}

export class Layers implements Base {
  readonly #base: Base
  readonly #defaults: Settings
  /** What was set for good, and upon it what was set for a while; the last holds. */
  readonly #own = new Map<Member, readonly Entry[]>()
  readonly #script = new Map<Member, Entry>()
  #changes = 0
  #cached: { version: number; settings: Settings } | null = null

  /** @param defaults what a replacement takes for members that it does not name */
  constructor(base: Base, defaults: Settings) {
    this.#base = base
    this.#defaults = defaults
  }

  /** Grows with every change here or below. */
  get version(): number {
    return this.#changes + this.#base.version
  }

  /** The document in force; the same object until something changes. */
  effective(): Settings {
    const version = this.version
    if (this.#cached?.version === version) return this.#cached.settings
    const settings: Record<string, unknown> = { ...this.#base.effective() }
    for (const member of this.#own.keys()) if (this.#hasSet(member)) settings[member] = this.#newest(member)?.value
    for (const [member, { value }] of this.#script) settings[member] = value
    this.#cached = { version, settings: settings as Settings }
    return this.#cached.settings
  }

  /** Whether anything was set here. */
  get hasOwn(): boolean {
    return this.#own.size > 0 || this.#script.size > 0
  }

  /** Whether this session has set the member itself, rather than inheriting it. */
  owns(member: Member): boolean {
    return this.#hasSet(member) || this.#script.has(member)
  }

  provenance(): Readonly<Record<Member, Provenance>> {
    const below = this.#base.provenance()
    const inherits = this.#base instanceof Layers
    return eachMember(member => {
      const entry = this.#script.get(member) ?? (this.#hasSet(member) ? this.#newest(member) : undefined)
      if (entry) return entry.provenance
      return inherits ? { source: 'inherited', at: below[member].at } : below[member]
    })
  }

  /** What `edit` would lead to. @throws {SettingsError} naming every problem */
  preview(edit: Edit): Change {
    const before = this.effective()
    const { values, cleared } = this.#effectOf(edit)
    const below = this.#base.effective()
    const after = { ...before, ...Object.fromEntries(cleared.map(member => [member, below[member]])), ...values }
    return { changed: difference(before, after), before, after }
  }

  /**
   * Applies `edit`. The newest change wins: it also takes its members back from a running scenario.
   * @throws {SettingsError} naming every problem; nothing is changed then
   */
  change(edit: Edit, provenance: Provenance): Change {
    const entries = this.#entriesOf(edit, provenance)
    return this.#changing(() => {
      for (const [member, entry] of entries) {
        if (entry.value === undefined) this.#own.delete(member)
        else this.#own.set(member, [entry])
        this.#script.delete(member)
      }
    })
  }

  /**
   * Applies `edit` for a while, upon what was set before.
   * @throws {SettingsError} naming every problem; nothing is changed then
   */
  changeForAWhile(edit: Edit, provenance: Provenance): PassingChange {
    const entries = this.#entriesOf(edit, provenance)
    const change = this.#changing(() => {
      for (const [member, entry] of entries) {
        this.#own.set(member, [...(this.#own.get(member) ?? []), entry])
        this.#script.delete(member)
      }
    })
    const what = JSON.stringify([...entries].map(([member, { value }]) => [member, value]))
    const isThere = () => [...entries].every(([member, entry]) => this.#own.get(member)?.includes(entry))
    return {
      ...change,
      what,
      undo: () => this.#changing(() => this.#takeOut(entries)),
      isSameAs: other => other.what === what && isThere(),
    }
  }

  /** Forgets everything that was set here. */
  clear(): void {
    this.#own.clear()
    this.#script.clear()
    this.#changes += 1
  }

  /** Sets what a scenario wants now; null gives everything of the scenario's back. */
  script(values: Partial<Settings> | null, provenance: Provenance): Change {
    return this.#changing(() => {
      if (!values) this.#script.clear()
      else
        for (const [member, value] of Object.entries(values)) this.#script.set(member as Member, { value, provenance })
    })
  }

  #effectOf(edit: Edit): Effect {
    if (edit === 'clear') return { values: {}, cleared: MEMBERS }
    if ('patch' in edit) return readPatch(edit.patch, this.effective())
    return { values: 'values' in edit ? edit.values : readDocument(edit.document, this.#defaults), cleared: [] }
  }

  #changing(act: () => void): Change {
    const before = this.effective()
    act()
    this.#changes += 1
    const after = this.effective()
    return { changed: difference(before, after), before, after }
  }

  #entriesOf(edit: Edit, provenance: Provenance): ReadonlyMap<Member, Entry> {
    const { values, cleared } = this.#effectOf(edit)
    const given = [...cleared.map(member => [member, undefined] as const), ...Object.entries(values)]
    return new Map(given.map(([member, value]) => [member as Member, { value, provenance }]))
  }

  #takeOut(entries: ReadonlyMap<Member, Entry>): void {
    for (const [member, entry] of entries) {
      const left = (this.#own.get(member) ?? []).filter(other => other !== entry)
      if (left.length > 0) this.#own.set(member, left)
      else this.#own.delete(member)
    }
  }

  #newest(member: Member): Entry | undefined {
    return this.#own.get(member)?.at(-1)
  }

  /** Whether the newest of what was set here holds, rather than what lies below. */
  #hasSet(member: Member): boolean {
    return this.#newest(member)?.value !== undefined
  }
}

/** The entity tag of a document: two documents that say the same have the same tag. */
export function etag(settings: Settings): string {
  return `"${createHash('sha1').update(JSON.stringify(settings)).digest('hex').slice(0, 16)}"`
}

/** The members in which two documents differ. */
function difference(before: Settings, after: Settings): Member[] {
  return MEMBERS.filter(
    member => before[member] !== after[member] && JSON.stringify(before[member]) !== JSON.stringify(after[member]),
  )
}

function eachMember<T>(make: (member: Member) => T): Record<Member, T> {
  return Object.fromEntries(MEMBERS.map(member => [member, make(member)])) as Record<Member, T>
}
