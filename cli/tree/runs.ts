/** What `chaos runs` takes. */

import type { Command } from 'commander'
import type { Define } from '../commands/command.ts'
import { outputOptions, targetOptions } from '../options/common.ts'
import { isNamed } from './named.ts'

const load = () => import('../commands/runs.ts')

export const define: Define = (command, run, env) => {
  const add = (name: string, about: string): Command =>
    outputOptions(targetOptions(command.command(name).description(about), env))
  const ls = add('ls', 'list the kept runs of the server and of this machine, the newest first')
  ls.action(options => run(async io => (await load()).list(io, options, isNamed(ls, env))))
  const show = add('show', 'print a kept run').argument(
    '[run]',
    'an id or the beginning of one, last, last~1, or a file',
    'last',
  )
  show.action((name, options) => run(async io => (await load()).show(io, name, options, isNamed(show, env))))
  const rm = targetOptions(command.command('rm').description('forget kept runs'), env).argument(
    '<runs...>',
    'ids or the beginnings of some, last, last~1',
  )
  rm.action((names, options) => run(async io => (await load()).remove(io, names, options, isNamed(rm, env))))
}
