/** `chaos runs`: lists the kept runs, shows one, and forgets some. */

import type { Command } from 'commander'
import { EXIT, type Io } from '../io.ts'
import { outputOptions, type TargetOptions, targetOptions } from '../options/common.ts'
import type { OutputOptions } from '../output.ts'
import type { KeptRun } from '../runs/run-library.ts'
import { type Define, isNamed, openLibrary } from './command.ts'

type RunsOptions = TargetOptions & OutputOptions

export const define: Define = (command, run, env) => {
  const add = (name: string, about: string): Command =>
    outputOptions(targetOptions(command.command(name).description(about), env))
  const ls = add('ls', 'list the kept runs of the server and of this machine, the newest first')
  ls.action(options => run(io => list(io, options, isNamed(ls, env))))
  const show = add('show', 'print a kept run').argument(
    '[run]',
    'an id or the beginning of one, last, last~1, or a file',
    'last',
  )
  show.action((name, options) =>
    run(async io => {
      const [library, { printResult }] = await Promise.all([
        openLibrary(io, options, isNamed(show, env)),
        import('../output.ts'),
      ])
      printResult(io, options, (await library.open(name)).result)
      return EXIT.ok
    }),
  )
  const rm = targetOptions(command.command('rm').description('forget kept runs'), env).argument(
    '<runs...>',
    'ids or the beginnings of some, last, last~1',
  )
  rm.action((names, options) => run(io => remove(io, names, options, isNamed(rm, env))))
}

async function list(io: Io, options: RunsOptions, named: boolean): Promise<number> {
  const kept = await (await openLibrary(io, options, named)).list()
  if (options.json) {
    io.stdout.write(`${JSON.stringify(kept.map(({ summary, store }) => ({ ...summary, keptAt: store.name })))}\n`)
    return EXIT.ok
  }
  const [{ renderRuns }, { usefulShare }, { english, titleOf }, { lookOf }] = await Promise.all([
    import('../report/text/run-list.ts'),
    import('../report/stats/figures.ts'),
    import('../report/verdict/words.ts'),
    import('../output.ts'),
  ])
  const rows = kept.map(({ summary }) => {
    const { id, startedAt, requests, interrupted, arms } = summary
    return {
      id,
      startedAt,
      title: (summary.title ?? titleOf(summary, english)).replace(/\s+/g, ' '),
      requests,
      interrupted,
      arms: arms.map(({ name, outcomes }) => ({ name, useful: usefulShare(outcomes) })),
    }
  })
  io.stdout.write(`${renderRuns(rows, lookOf(io, options))}\n`)
  const names = [...new Set(kept.map(({ store }) => store.name))]
  if (names.length > 0) io.stdout.write(`\n  Kept at ${names.join(' and in ')}\n`)
  return EXIT.ok
}

async function remove(io: Io, names: readonly string[], options: RunsOptions, named: boolean): Promise<number> {
  const library = await openLibrary(io, options, named)
  const found: KeptRun[] = []
  for (const name of names) found.push(await library.find(name))
  const unique = [...new Map(found.map(kept => [`${kept.store.name} ${kept.summary.id}`, kept])).values()]
  for (const { summary, store } of unique) await store.remove(summary.id)
  io.stdout.write(`Forgotten: ${unique.map(({ summary }) => summary.id).join(', ')}\n`)
  return EXIT.ok
}
