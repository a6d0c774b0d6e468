/** All kept runs in one order, and how people name one: its id or the beginning of it, `last`, `last~1`, or a file. */

import { basename } from 'node:path'
import { usageError } from '../io.ts'
import type { Named } from '../report/stats/run-differences.ts'
import { readResult } from './read-result.ts'
import type { RunStore, RunSummary } from './run-store.ts'

/** A kept run and where it is. */
export interface KeptRun {
  readonly summary: RunSummary
  readonly store: RunStore
}

export class RunLibrary {
  readonly #stores: readonly RunStore[]
  readonly #signal: AbortSignal | undefined

  /**
   * Of stores that hold a run of the same name, the first is meant.
   * @param signal ends the waiting for a pipe, which is read only with one
   */
  constructor(stores: readonly RunStore[], signal?: AbortSignal) {
    this.#stores = stores
    this.#signal = signal
  }

  /** The newest first. */
  async list(): Promise<readonly KeptRun[]> {
    const lists = await Promise.all(
      this.#stores.map(async store => (await store.list()).map(summary => ({ summary, store }))),
    )
    return lists.flat().sort((a, b) => Date.parse(b.summary.startedAt) - Date.parse(a.summary.startedAt))
  }

  /** @throws {UserError} with code 2 and what to type instead */
  async find(name: string): Promise<KeptRun> {
    const all = await this.list()
    if (all.length === 0) throw usageError('no run is kept yet: make one with npx chaos compare.')
    const back = /^last(?:~(\d{1,4}))?$/.exec(name)
    if (back) return found(all[Number(back[1] ?? 0)], `there is no ${name}: ${all.length} runs are kept.`)
    const same = all.filter(({ summary }) => summary.id.startsWith(name.toLowerCase()))
    const exact = same.find(({ summary }) => summary.id === name.toLowerCase())
    if (!exact && same.length > 1) {
      throw usageError(`${name} begins ${same.map(({ summary }) => summary.id).join(' and ')}: write more of it.`)
    }
    return found(exact ?? same[0], `there is no run ${name}: npx chaos runs ls lists those that are kept.`)
  }

  /** The result that a name stands for, with the name that reports call it by. */
  async open(name: string): Promise<Named> {
    if (isPath(name)) return { name: basename(name), result: await readResult(name, this.#signal) }
    const { summary, store } = await this.find(name)
    return { name: summary.id, result: await store.read(summary.id) }
  }
}

/** Ids hold neither dots nor slashes. */
export function isPath(name: string): boolean {
  return /[./\\]/.test(name)
}

function found(kept: KeptRun | undefined, otherwise: string): KeptRun {
  if (kept) return kept
  throw usageError(otherwise)
}
