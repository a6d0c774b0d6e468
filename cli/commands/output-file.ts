/** Writes what a command made to standard output, or into the file that `-o` names. */

import { writeFile } from 'node:fs/promises'
import { type Io, usageError } from '../io.ts'

/** @throws {UserError} with code 2 for a file that cannot be written */
export async function writeOutput(io: Io, path: string | undefined, text: string): Promise<void> {
  if (path === undefined || path === '-') {
    io.stdout.write(text)
    return
  }
  await writeFile(path, text).catch(error => {
    throw usageError(`${path} cannot be written (${(error as { code?: string }).code ?? String(error)}).`)
  })
  io.stderr.write(`Written to ${path}\n`)
}

/**
 * The format that the ending of a file's name asks for; undefined where it has none.
 * @throws {UserError} with code 2 for an ending that stands for no format
 */
export function formatOfFile<F>(path: string | undefined, endings: Readonly<Record<string, F>>): F | undefined {
  const ending = path === undefined ? undefined : /\.(\w+)$/.exec(path)?.[1]?.toLowerCase()
  if (ending === undefined) return undefined
  if (Object.hasOwn(endings, ending)) return endings[ending]
  const known = Object.keys(endings).map(each => `.${each}`)
  throw usageError(`.${ending} is no format: end ${path} in ${known.join(', ')}, or add --format.`)
}
