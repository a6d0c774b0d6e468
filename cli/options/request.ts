/** What is asked for, and how the connections are used, as options. */

import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { usageError } from '../io.ts'
import type { ClientOptions } from '../load/client.ts'
import type { RequestParts } from '../load/target.ts'
import { duration, httpUrl } from './common.ts'

export interface RequestOptions {
  readonly method?: string
  /** Names and values in turns. */
  readonly header?: readonly string[]
  readonly body?: string
  readonly bodyFile?: string
  readonly allowRemote?: boolean
  readonly keepAlive: boolean
  readonly headersTimeout?: number
  readonly bodyTimeout?: number
  readonly connections: number
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Adds the URL as an argument, and everything that shapes a request. */
export function requestOptions(command: Command): Command {
  const limit = duration(1, 600_000)
  return command
    .argument('[url]', 'exactly this URL instead of the catalog; {code} in it stands for a code', httpUrl)
    .addOption(new Option('--method <method>', 'default: GET, or POST with a body').argParser(methodName))
    .addOption(new Option('--header <line>', "such as 'Accept: text/plain'; may be repeated").argParser(headerLine))
    .option('--body <text>', 'what to send along')
    .option('--body-file <path>', 'send the content of a file along')
    .addOption(new Option('--headers-timeout <duration>', 'how long the head of an answer may take').argParser(limit))
    .addOption(new Option('--body-timeout <duration>', 'longest silence within a body').argParser(limit))
    .option('--no-keep-alive', 'open a new connection for each call')
    .option(
      '--allow-remote',
      'fire at other machines too; only this one is fired at otherwise, because load that its receiver did not ask for is an attack',
    )
}

/** What the requests carry. @throws {UserError} with code 2 for a file that cannot be read */
export async function requestParts(options: RequestOptions): Promise<RequestParts> {
  const { body, bodyFile, header = [] } = options
  if (body !== undefined && bodyFile !== undefined)
    throw usageError('--body and --body-file both say what to send: choose one.')
  const content = bodyFile === undefined ? (body ?? null) : await contentOf(bodyFile)
  return { method: options.method ?? (content === null ? 'GET' : 'POST'), headers: header, body: content }
}

/** How connections are used. */
export function wireOptions(
  options: RequestOptions,
): Pick<ClientOptions, 'connections' | 'fresh' | 'headersTimeoutMs' | 'bodyTimeoutMs'> {
  const { connections, keepAlive, headersTimeout, bodyTimeout } = options
  return {
    connections,
    fresh: !keepAlive,
    ...(headersTimeout === undefined ? {} : { headersTimeoutMs: headersTimeout }),
    ...(bodyTimeout === undefined ? {} : { bodyTimeoutMs: bodyTimeout }),
  }
}

function contentOf(path: string): Promise<Buffer> {
  return readFile(path).catch(error => {
    throw usageError(`the body cannot be read from ${path} (${(error as { code?: string }).code ?? String(error)}).`)
  })
}

function methodName(text: string): string {
  if (TOKEN.test(text) && text.toUpperCase() !== 'CONNECT') return text.toUpperCase()
  throw new InvalidArgumentError('It is the name of an HTTP method, such as POST.')
}

function headerLine(text: string, before: readonly string[] = []): readonly string[] {
  const [, name = '', value = ''] = /^([^:]+):\s*([\x20-\x7e\t]*)$/.exec(text) ?? []
  if (TOKEN.test(name)) return [...before, name, value.trim()]
  throw new InvalidArgumentError("It is a name and a value, such as 'Accept: text/plain'.")
}
