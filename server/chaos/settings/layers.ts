/** The settings of one session in layers: what it inherits, what was set in it, and what a scenario sets for a while. */

import { hashText } from '../decision/draw.ts'
import { type Effect, readDocument, readPatch } from './patch.ts'
import { MEMBERS, type Member, type Settings } from './schema.ts'

/** Who set a value. */
export type Source = 'default' | 'env' | 'file' | 'api' | 'cli' | 'web' | 'scenario' | 'inherited'

export interface Provenance {
  readonly source: Source
  /** Wall-clock time of the change, ISO 8601. */
  readonly at: string
}

/** What a change did. `undo` gives back what the change replaced, where nobody has changed it since. */
export interface Change {
  readonly changed: readonly Member[]
  readonly before: Settings
  readonly after: Settings
  undo(): void
}

interface Entry {
  readonly value: unknown
  readonly provenance: Provenance
}
type Layer = Map<Member, Entry>

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
  readonly #own: Layer = new Map()
  readonly #script: Layer = new Map()
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
    for (const layer of [this.#own, this.#script]) for (const [member, { value }] of layer) settings[member] = value
    this.#cached = { version, settings: settings as Settings }
    return this.#cached.settings
  }

  /** Whether this session has set the member itself, rather than inheriting it. */
  owns(member: Member): boolean {
    return this.#own.has(member) || this.#script.has(member)
  }

  provenance(): Readonly<Record<Member, Provenance>> {
    const below = this.#base.provenance()
    const inherits = this.#base instanceof Layers
    return eachMember(member => {
      const entry = this.#script.get(member) ?? this.#own.get(member)
      if (entry) return entry.provenance
      return inherits ? { source: 'inherited', at: below[member].at } : below[member]
    })
  }

  /** Applies a merge patch. The newest change wins: it also takes the member back from a running scenario. */
  change(patch: unknown, provenance: Provenance): Change {
    return this.#apply(readPatch(patch, this.effective()), provenance)
  }

  /** What `change` would lead to, without doing it. */
  preview(patch: unknown): Settings {
    const { values, cleared } = readPatch(patch, this.effective())
    return { ...this.effective(), ...this.#given(cleared), ...values }
  }

  /** Replaces the whole document. */
  replace(document: unknown, provenance: Provenance): Change {
    return this.#apply({ values: readDocument(document, this.#defaults), cleared: [] }, provenance)
  }

  /** What `replace` would lead to, without doing it. */
  previewReplacement(document: unknown): Settings {
    return readDocument(document, this.#defaults)
  }

  /** The document without anything that was set in this session. */
  below(): Settings {
    return this.#base.effective()
  }

  /** Gives every member back to what lies below. */
  clear(): Change {
    return this.#apply({ values: {}, cleared: MEMBERS }, null)
  }

  /** Sets what a scenario wants now; null gives everything of the scenario's back. */
  script(values: Partial<Settings> | null, provenance: Provenance): void {
    if (!values) this.#script.clear()
    else for (const [member, value] of Object.entries(values)) this.#script.set(member as Member, { value, provenance })
    this.#changes += 1
  }

  #apply({ values, cleared }: Effect, provenance: Provenance | null): Change {
    const before = this.effective()
    const touched = [...(Object.keys(values) as Member[]), ...cleared]
    const replaced = new Map(touched.map(member => [member, this.#own.get(member)]))
    for (const member of cleared) this.#own.delete(member)
    if (provenance)
      for (const [member, value] of Object.entries(values)) this.#own.set(member as Member, { value, provenance })
    for (const member of touched) this.#script.delete(member)
    this.#changes += 1
    const placed = new Map(touched.map(member => [member, this.#own.get(member)]))
    const after = this.effective()
    return { changed: difference(before, after), before, after, undo: () => this.#undo(placed, replaced) }
  }

  #undo(placed: ReadonlyMap<Member, Entry | undefined>, replaced: ReadonlyMap<Member, Entry | undefined>): void {
    for (const [member, entry] of placed) {
      if (this.#own.get(member) !== entry) continue
      const old = replaced.get(member)
      if (old) this.#own.set(member, old)
      else this.#own.delete(member)
    }
    this.#changes += 1
  }

  #given(cleared: readonly Member[]): Partial<Settings> {
    const below = this.#base.effective()
    return Object.fromEntries(cleared.map(member => [member, below[member]]))
  }
}

/** The entity tag of a document: two documents that say the same have the same tag. */
export function etag(settings: Settings): string {
  const text = JSON.stringify(settings)
  const halves = [0x811c9dc5, 0x2545f491].map(start => (hashText(start, text) >>> 0).toString(16).padStart(8, '0'))
  return `"${halves.join('')}"`
}

/** The members in which two documents differ. */
export function difference(before: Settings, after: Settings): Member[] {
  return MEMBERS.filter(member => JSON.stringify(before[member]) !== JSON.stringify(after[member]))
}

function eachMember<T>(make: (member: Member) => T): Record<Member, T> {
  return Object.fromEntries(MEMBERS.map(member => [member, make(member)])) as Record<Member, T>
}
