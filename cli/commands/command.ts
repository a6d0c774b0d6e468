/** What each file of this folder exports: the arguments, options and action of one command. */

import type { Command } from 'commander'
import type { Io } from '../io.ts'

/** Runs a command with what it needs of the process, and keeps its exit code. */
export type Run = (act: (io: Io) => Promise<number>) => Promise<void>

/** Adds arguments, options and the action to a command. */
export type Define = (command: Command, run: Run, env: Io['env']) => void
