/** The flags of `npm start --` and `chaos serve`: one for each variable, with the same words. */

import { Command, CommanderError } from 'commander'
import { UserError } from '../lib/user-error.ts'
import { NAMES, type Name, serverSchema, standardOf } from './config.ts'

/** The flag of each variable, as commander reads it. */
export const FLAGS = Object.fromEntries(
  NAMES.map(name => [name, String(serverSchema.shape[name].meta()?.flag)]),
) as Readonly<Record<Name, string>>

/** What was typed: values by variable name, and the file to read for the rest. */
export interface Flags {
  readonly values: Partial<Record<Name, string>>
  /** Path of the file of variables; null for the `.env` that may lie in the working directory. */
  readonly envFile: string | null
}

/** The long form of a variable's flag, such as `--fail-rate`. */
export function flagOf(name: Name): string {
  return /--[a-z-]+/.exec(FLAGS[name])?.[0] ?? name
}

/**
 * Reads the flags, or returns null after printing the help.
 * @throws {UserError} for what it does not know, exit code 2.
 */
export function parseFlags(args: readonly string[], name: string, print: (text: string) => void): Flags | null {
  const values: Partial<Record<Name, string>> = {}
  const command = new Command(name)
    .description('Serves a product catalog that fails on purpose.')
    .option(
      // Not `--env-file`: Node.js 20 takes that for its own, wherever it stands.
      '--dotenv <file>',
      'file of the variables in brackets; it is watched for changes of FAIL_… (default: .env)',
    )
    .allowExcessArguments(false)
    .helpOption('-h, --help', 'print this')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {} })
  for (const variable of NAMES) {
    command.option(FLAGS[variable], help(variable))
    command.on(`option:${flagOf(variable).slice(2)}`, (value: string | null) => {
      // A flag without a value switches something on.
      values[variable] = value ?? '1'
    })
  }
  try {
    command.parse(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return null
    throw new UserError(
      `${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}: ${name} --help lists the flags`,
      2,
    )
  }
  const { dotenv } = command.opts<{ dotenv?: string }>()
  return { values, envFile: dotenv ?? null }
}

function help(name: Name): string {
  const standard = standardOf(name)
  return `${serverSchema.shape[name].description} [${name}]${standard === undefined ? '' : ` (default: ${standard})`}`
}
