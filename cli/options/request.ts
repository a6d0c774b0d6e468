/** What is asked for, and how the connections are used, as options. */

import { open } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { HEADER_VALUE, QUANTITIES, TOKEN } from '../../server/experiments/quantities.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { usageError } from '../io.ts'
import { duration, type ExperimentOptions, httpUrl } from './common.ts'

/** Adds the URL as an argument, and everything that shapes a request. */
export function requestOptions(command: Command): Command {
  const limit = duration(QUANTITIES.answerMs)
  command.argument('[url]', 'exactly this URL instead of the catalog; {code} in it stands for a code', httpUrl)
  return headOptions(command, 'default: GET, or POST with a body')
    .option('--body <text>', 'what to send along')
    .option('--body-file <path>', 'send the content of a file along')
    .addOption(new Option('--headers-timeout <duration>', 'how long the head of an answer may take').argParser(limit))
    .addOption(new Option('--body-timeout <duration>', 'longest silence within a body').argParser(limit))
    .option('--allow-redirects', 'a redirect is a useful answer; otherwise it is a failed one, and is not followed')
    .option('--no-keep-alive', 'open a new connection for each call')
    .option(
      '--allow-remote',
      'fire at other machines too; only this one is fired at otherwise, because load that its receiver did not ask for is an attack',
    )
}

/** Adds what stands in the head of a request. */
export function headOptions(command: Command, aboutMethod: string): Command {
  return command
    .addOption(new Option('--method <method>', aboutMethod).argParser(methodName))
    .addOption(new Option('--header <line>', "such as 'Accept: text/plain'; may be repeated").argParser(headerLine))
}

/** What the requests carry. @throws {UserError} with code 2 for a file that cannot be read */
export async function requestFrom(options: ExperimentOptions): Promise<ExperimentSpec['request']> {
  const { body, bodyFile, header = [] } = options
  if (body !== undefined && bodyFile !== undefined)
    throw usageError('--body and --body-file both say what to send: choose one.')
  const content = bodyFile === undefined ? textBody(body ?? null) : bytesBody(await contentOf(bodyFile))
  const method = options.method ?? (content.body === null ? 'GET' : 'POST')
  return {
    method,
    headers: header.map(([name, value]) => [name, value]),
    ...content,
    ...(options.allowRedirects ? { allowRedirects: true } : {}),
  }
}

type Body = Pick<ExperimentSpec['request'], 'body' | 'encoding'>

function textBody(body: string | null): Body {
  return { body, encoding: 'utf8' }
}

/** As text where that stands for exactly these bytes. */
function bytesBody(bytes: Buffer): Body {
  const text = bytes.toString('utf8')
  return bytes.equals(Buffer.from(text)) ? textBody(text) : { body: bytes.toString('base64'), encoding: 'base64' }
}

/** Bytes of a body from a file; a device or a pipe has no end. */
const MAX_FILE = 64 * 1_048_576

async function contentOf(path: string): Promise<Buffer> {
  const content = await read(path, MAX_FILE + 1).catch(error => {
    throw usageError(`the body cannot be read from ${path} (${(error as { code?: string }).code ?? String(error)}).`)
  })
  if (content.length <= MAX_FILE) return content
  throw usageError(`${path} is longer than 64 MiB, which is the most that a body may have.`)
}

/** At most so many bytes, however much there is. */
async function read(path: string, most: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const chunks: Buffer[] = []
    let left = most
    while (left > 0) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(left, READ_AT_ONCE)))
      if (bytesRead === 0) break
      chunks.push(buffer.subarray(0, bytesRead))
      left -= bytesRead
    }
    return Buffer.concat(chunks)
  } finally {
    await file.close()
  }
}

const READ_AT_ONCE = 65_536

function methodName(text: string): string {
  if (TOKEN.test(text) && text.toUpperCase() !== 'CONNECT') return text.toUpperCase()
  throw new InvalidArgumentError('It is the name of an HTTP method, such as POST.')
}

/** What the HTTP client says itself: with another word about it no request would leave. */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade', 'expect']

function headerLine(text: string, before: ExperimentOptions['header'] = []): ExperimentOptions['header'] {
  const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/s.exec(text) ?? []
  if (CONNECTION_HEADERS.includes(name.toLowerCase())) {
    throw new InvalidArgumentError(`${name} is the business of the connection: leave it out (or see --no-keep-alive).`)
  }
  if (TOKEN.test(name) && HEADER_VALUE.test(value)) return [...before, [name, value.trim()]]
  throw new InvalidArgumentError("It is a name and a value, such as 'Accept: text/plain'.")
}
