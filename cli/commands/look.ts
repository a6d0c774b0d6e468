/** Chooses how text looks from the terminal, the environment and the options. */

import { Chalk, supportsColor } from 'chalk'
import type { Io } from '../io.ts'
import type { OutputOptions } from '../options/common.ts'
import { colours, type Look, plain } from '../report/look.ts'

const WIDEST = 120

/** The look of standard output: colours on a terminal only, unless NO_COLOR or --no-color says otherwise. */
export function lookOf(io: Io, options: OutputOptions): Look {
  const { stdout, env } = io
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
  const wanted = options.color && !env.NO_COLOR && (stdout.isTTY || forced)
  const level = supportsColor ? supportsColor.level : 1
  return {
    width: Math.min(WIDEST, Math.max(40, stdout.columns)),
    ascii: options.ascii === true || env.TERM === 'dumb',
    palette: wanted ? colours(new Chalk({ level })) : plain,
  }
}
