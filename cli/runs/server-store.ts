/** Runs that a server keeps, seen through its control plane. */

import { fitsWithPage, type RunSummary, runIdSchema, runSummarySchema } from '../../server/runs/run.ts'
import type { Control } from '../control/control.ts'
import type { Result } from '../report/result.ts'
import { checkedResult } from './read-result.ts'
import type { RunStore } from './run-store.ts'

/** As many as a server keeps. */
const ALL = '/runs?limit=100'

export class ServerStore implements RunStore {
  readonly name: string
  readonly #control: Control

  constructor(name: string, control: Control) {
    this.name = name
    this.#control = control
  }

  /**
   * Leaves a result at the server, with its page where both are small enough for it; returns its id, and whether it has its page.
   * @throws {UserError} where the server does not keep it
   */
  async keep(result: Result, html: string): Promise<{ id: string; hasPage: boolean }> {
    const hasPage = fitsWithPage(result, html)
    const answer = await this.#control.call('POST', '/runs', hasPage ? { result, html } : { result })
    const { data } = runIdSchema.safeParse((answer as { id?: unknown } | null)?.id)
    if (data !== undefined) return { id: data, hasPage }
    throw new Error('it answered without an id')
  }

  async list(): Promise<readonly RunSummary[]> {
    const answer = (await this.#control.call('GET', ALL)) as { runs?: unknown } | null
    return Array.isArray(answer?.runs) ? answer.runs.flatMap(run => runSummarySchema.safeParse(run).data ?? []) : []
  }

  async read(id: string): Promise<Result> {
    return checkedResult(await this.#control.call('GET', `/runs/${encodeURIComponent(id)}`), `the run ${id}`)
  }

  async remove(id: string): Promise<void> {
    await this.#control.call('DELETE', `/runs/${encodeURIComponent(id)}`)
  }
}
