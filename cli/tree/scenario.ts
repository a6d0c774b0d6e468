/** What `chaos scenario` takes. */

import type { Command } from 'commander'
import type { Define } from '../commands/command.ts'
import { jsonOption, sessionOption, targetOptions } from '../options/common.ts'

const load = () => import('../commands/scenario.ts')

export const define: Define = (command, run, env) => {
  const add = (name: string, about: string): Command =>
    jsonOption(sessionOption(targetOptions(command.command(name).description(about), env), env))
  add('ls', 'list the scenarios of the server').action(options => run(async io => (await load()).list(io, options)))
  add('show', 'say what a scenario does')
    .argument('<name>', 'the name of a scenario')
    .action((name, options) => run(async io => (await load()).show(io, name, options)))
  add('run', 'play a scenario in the session until it is over, for whoever fires at it')
    .argument('<name>', 'the name of a scenario')
    .action((name, options) => run(async io => (await load()).run(io, name, options)))
  add('stop', 'stop what is being played')
    .argument('[id]', 'the id of a run (default: all of the session, or of all sessions)')
    .action((id, options) => run(async io => (await load()).stop(io, id, options)))
}
