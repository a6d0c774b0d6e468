/** Runs as files of a folder: one JSON document each, named by its moment and its id; the oldest makes room. */

import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codeOf } from '../../server/lib/user-error.ts'
import { MAX_RUNS, runId, summaryOf } from '../../server/runs/run.ts'
import { usageError } from '../io.ts'
import type { Result } from '../report/result.ts'
import { readResult } from './read-result.ts'
import type { RunStore, RunSummary } from './run-store.ts'

const NAME = /^(\d{8}T\d{9}Z)-([a-z]{6})\.json$/
const MAX_TRIES = 8

interface File {
  readonly id: string
  readonly file: string
}

export class LocalStore implements RunStore {
  readonly name: string
  readonly #maxRuns: number

  /** @param maxRuns runs that are kept */
  constructor(path: string, maxRuns = MAX_RUNS) {
    this.name = path
    this.#maxRuns = maxRuns
  }

  /**
   * Writes a result under a new id. The file is there whole or not at all.
   * @param draw a whole number from 0 to 2^32 - 1 each time, by chance
   * @throws the error of the file system
   */
  async keep(result: Result, draw: () => number): Promise<string> {
    await makeFolder(this.name)
    const before = await this.#files()
    const id = freeId(new Set(before.map(file => file.id)), draw)
    const moment = result.startedAt.replace(/[-:.]/g, '')
    const target = join(this.name, `${moment}-${id}.json`)
    const draft = join(this.name, `.${id}.draft`)
    await writeFile(draft, `${JSON.stringify(result)}\n`, { mode: 0o600 })
    await rename(draft, target)
    // The run is kept by now, whatever stands in the way of making room.
    for (const { file } of before.slice(this.#maxRuns - 1))
      await rm(join(this.name, file), { force: true }).catch(() => {})
    return id
  }

  /** Files that cannot be read as a result are left out: whoever put them there may want them. */
  async list(): Promise<readonly RunSummary[]> {
    const files = await this.#files()
    const read = await Promise.allSettled(
      files.map(async ({ id, file }) => summaryOf(id, await readResult(join(this.name, file)), false)),
    )
    return read.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  }

  async read(id: string): Promise<Result> {
    return readResult(join(this.name, await this.#fileOf(id)))
  }

  async remove(id: string): Promise<void> {
    await rm(join(this.name, await this.#fileOf(id)), { force: true })
  }

  async #fileOf(id: string): Promise<string> {
    const files = await this.#files()
    return files.find(file => file.id === id)?.file ?? `${id}.json`
  }

  /** The newest first. A folder that is not there is empty. @throws {UserError} with code 2 for what cannot be one */
  async #files(): Promise<File[]> {
    const names = await readdir(this.name).catch(error => {
      if (codeOf(error) === 'ENOENT') return []
      throw usageError(`the runs of this machine cannot be read at ${this.name} (${codeOf(error)}): see XDG_DATA_HOME.`)
    })
    return names
      .sort()
      .reverse()
      .flatMap(file => {
        const id = NAME.exec(file)?.[2]
        return id === undefined ? [] : [{ id, file }]
      })
  }
}

/**
 * Makes a folder and those above it. Node's own way to do that never ends where the system says that a folder is not there and
 * does not let it be made, as below /proc.
 * @throws the error of the file system
 */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 })
  await make()
    .catch(async error => {
      const above = dirname(path)
      if (codeOf(error) !== 'ENOENT' || above === path) throw error
      await makeFolder(above)
      await make()
    })
    .catch(async error => {
      if (!(await isFolder(path))) throw error
    })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

function freeId(taken: ReadonlySet<string>, draw: () => number): string {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const id = runId(draw())
    if (!taken.has(id)) return id
  }
  throw new Error('no free name for a run was drawn')
}
