/** Reads a result from a file, and says in one sentence why that cannot be done. */

import { constants, open } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { promisify } from 'node:util'
import type { z } from 'zod'
import { codeOf, UserError } from '../../server/lib/user-error.ts'
import { sanitized } from '../control/sanitize.ts'
import { EXIT, usageError } from '../io.ts'
import { type Result, resultSchema } from '../report/result.ts'

/**
 * @param pipes it may be a pipe, which is read until this aborts
 * @throws {UserError} with code 2 for a file that cannot be read, or that holds something else
 */
export async function readResult(path: string, pipes?: AbortSignal): Promise<Result> {
  const text = await textOf(path, pipes).catch(error => {
    if (pipes?.aborted) throw new UserError(`${path} was not waited for.`, EXIT.unreachable)
    throw usageError(`${path} cannot be read (${codeOf(error) || (error as Error).message}).`)
  })
  return parseResult(text, path)
}

async function textOf(path: string, pipes: AbortSignal | undefined): Promise<string> {
  const found = await stat(path)
  // A device may have no end.
  if (found.isCharacterDevice() || found.isBlockDevice()) throw new Error('it is no file')
  if (!found.isFIFO()) return readFile(path, 'utf8')
  if (!pipes) throw new Error('it is no file')
  return pipeText(path, pipes)
}

/** What a pipe holds, such as that of `<(…)`. Opened as a file, one that nobody writes to would keep the process for ever. */
async function pipeText(path: string, signal: AbortSignal): Promise<string> {
  const fd = await promisify(open)(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const pipe = new Socket({ fd, readable: true, writable: false, signal })
  const chunks: Buffer[] = []
  for await (const chunk of pipe) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The result in a text; `what` is what the sentence calls it. @throws {UserError} with code 2 */
export function parseResult(text: string, what: string): Result {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw usageError(`${what} is not JSON: npx chaos report --format json -o run.json writes a result.`)
  }
  return checkedResult(document, what)
}

/** The document as a result. @throws {UserError} with code 2 and its first flaw */
export function checkedResult(document: unknown, what: string): Result {
  const { data, error } = resultSchema.safeParse(document)
  if (data) return sanitized(data)
  throw usageError(`${what} is no result of a run (${firstFlaw(error)}).`)
}

function firstFlaw({ issues }: z.ZodError): string {
  const [issue] = issues
  return issue ? `${issue.path.map(part => `/${String(part)}`).join('') || 'the whole'}: ${issue.message}` : 'unknown'
}
