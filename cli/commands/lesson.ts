/** `chaos lesson`: which lessons there are, and playing one: a sentence, a guess, a run, and what became of the guess. */

import { EXIT } from '../io.ts'
import { outputOptions, sessionOption, targetOptions } from '../options/common.ts'
import { keepOption, storeOption } from '../options/keep.ts'
import type { Define } from './command.ts'

const OWN_CLIENT = 'the session that your own client names, where a lesson has it judged (default: one is made)'

export const define: Define = (command, run, env) => {
  storeOption(
    keepOption(outputOptions(sessionOption(targetOptions(command, env), env, OWN_CLIENT))),
    'the Redis for a shared circuit (default: REDIS_URL, or the one of this machine)',
  )
    .argument('[lesson]', 'a name or a number (default: list them)')
    .option('-y, --yes', 'ask nothing, and go on by itself')
    .option('--simulate', 'work its runs out in virtual time, without a server')
    .action((name, options) =>
      run(async io => {
        const { listLessons, playLesson } = await import('./play-lesson.ts')
        if (name !== undefined) return playLesson(io, name, options)
        listLessons(io, options)
        return EXIT.ok
      }),
    )
}
