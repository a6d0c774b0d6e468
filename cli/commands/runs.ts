/** `chaos runs`: lists the kept runs, shows one, and forgets some. */

import { EXIT, type Io } from '../io.ts'
import type { OutputOptions, TargetOptions } from '../options/common.ts'
import { printResult } from '../output.ts'
import { usefulShare } from '../report/stats/figures.ts'
import { type RunRow, renderRuns } from '../report/text/list.ts'
import { titleOf } from '../report/text/text.ts'
import type { Kept } from '../runs/run-library.ts'
import { lookOf } from './look.ts'
import { openShelf } from './open-library.ts'

export interface RunsOptions extends TargetOptions, OutputOptions {}

export async function list(io: Io, options: RunsOptions, named: boolean): Promise<number> {
  const kept = await (await openShelf(io, options, named)).list()
  if (options.json) {
    io.stdout.write(`${JSON.stringify(kept.map(({ summary, place }) => ({ ...summary, keptAt: place.name })))}\n`)
    return EXIT.ok
  }
  io.stdout.write(`${renderRuns(kept.map(rowOf), lookOf(io, options))}\n`)
  const names = [...new Set(kept.map(({ place }) => place.name))]
  if (names.length > 0) io.stdout.write(`\n  Kept at ${names.join(' and in ')}\n`)
  return EXIT.ok
}

export async function show(io: Io, name: string, options: RunsOptions, named: boolean): Promise<number> {
  const { result } = await (await openShelf(io, options, named)).open(name)
  printResult(io, options, result)
  return EXIT.ok
}

export async function remove(io: Io, names: readonly string[], options: RunsOptions, named: boolean): Promise<number> {
  const shelf = await openShelf(io, options, named)
  const found: Kept[] = []
  for (const name of names) found.push(await shelf.find(name))
  const unique = [...new Map(found.map(kept => [`${kept.place.name} ${kept.summary.id}`, kept])).values()]
  for (const { summary, place } of unique) await place.remove(summary.id)
  io.stdout.write(`Forgotten: ${unique.map(({ summary }) => summary.id).join(', ')}\n`)
  return EXIT.ok
}

function rowOf({ summary }: Kept): RunRow {
  const { id, startedAt, requests, interrupted, arms } = summary
  return {
    id,
    startedAt,
    title: (summary.title ?? titleOf(summary)).replace(/\s+/g, ' '),
    requests,
    interrupted,
    arms: arms.map(({ name, outcomes }) => ({ name, useful: usefulShare(outcomes) })),
  }
}
