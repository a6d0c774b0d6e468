/** The log: one line a change, pretty where somebody watches, JSON where something collects. */

import { type Logger, pino, stdTimeFunctions } from 'pino'

export type { Logger }

/** Where lines go. */
export interface Lines {
  write(text: string): void
  readonly isTTY: boolean
}

/** A log that writes lines of at least `level` to `lines`; `colour` matters on a terminal alone. */
export async function createLog(level: string, lines: Lines, colour = true): Promise<Logger> {
  const options = { level, base: null, timestamp: stdTimeFunctions.isoTime }
  if (!lines.isTTY) return pino(options, { write: text => lines.write(text) })
  const { prettyFactory } = await import('pino-pretty')
  const pretty = prettyFactory({ colorize: colour, translateTime: 'SYS:HH:MM:ss' })
  return pino(options, { write: text => lines.write(pretty(text)) })
}

/** A log that says nothing, for embedded servers. */
export function silentLog(): Logger {
  return pino({ level: 'silent' })
}
