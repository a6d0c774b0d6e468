/** What strangers see is written down in golden/ and stays as it is; `UPDATE_GOLDENS=1` writes the files anew. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { after, test } from 'node:test'
import { parseFlags } from '../../server/config/flags.ts'
import { chaos } from '../cli/harness.ts'
import { control } from '../support/control.ts'
import { openEvents } from '../support/event-stream.ts'
import { ROOT } from '../support/project.ts'
import { startTestServer } from '../support/server.ts'

const VERSION = /"version":\s*"[\d.]+"/g

function golden(name: string, text: string): void {
  const file = join(ROOT, 'test/contract/golden', name)
  const said = text.replaceAll(VERSION, '"version": "(version)"')
  if (process.env.UPDATE_GOLDENS) writeFileSync(file, said)
  assert.equal(said, readFileSync(file, 'utf8'))
}

type Shape = string | { readonly [member: string]: Shape }

/** The names of all members and the kinds of their values; of the entries of a list, all that any has. */
function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return { '[]': value.map(shapeOf).reduce(union, 'empty') }
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value
  return Object.fromEntries(
    Object.entries(value)
      // Which figures there are is a matter of the code that they come with.
      .map(([name, member]) => [name, name === 'figures' ? 'figures' : shapeOf(member)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** Both; whether a percentile was null in one of several samples is a matter of chance, and not said where another kind is. */
function union(a: Shape, b: Shape): Shape {
  const said = [a, b].filter(shape => shape !== 'empty' && shape !== 'null')
  if (said.length < 2) return said[0] ?? (a === 'empty' ? b : a)
  if (typeof a === 'string' || typeof b === 'string') return a === b ? a : `${pretty(a)} or ${pretty(b)}`
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
  return Object.fromEntries(names.map(name => [name, union(a[name] ?? 'empty', b[name] ?? 'empty')]))
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`

const server = await startTestServer({ after })
const call = control(server)

test('the OpenAPI document', async () => {
  golden('openapi.json', pretty((await call('GET', '/openapi.json')).body))
})

test('every --help', async () => {
  const commands = [
    ...[
      'demo',
      'burst',
      'compare',
      'report',
      'runs',
      'runs ls',
      'runs show',
      'runs rm',
      'diff',
      'sweep',
      'tune',
      'live',
    ],
    ...['scenario', 'scenario ls', 'scenario show', 'scenario run', 'scenario stop', 'rate', 'status', 'reset'],
  ]
  let text = ''
  for (const command of ['', ...commands]) {
    const args = [...command.split(' ').filter(word => word !== ''), '--help']
    const { code, stdout, stderr } = await chaos(args)
    assert.deepEqual([code, stderr], [0, ''], command)
    text += `$ chaos ${args.join(' ')}\n${stdout}\n`
  }
  parseFlags(['--help'], 'chaos serve', more => {
    text += `$ chaos serve --help\n${more}`
  })
  golden('help.txt', text)
})

test('.env.example', () => {
  golden('env.example', readFileSync(join(ROOT, '.env.example'), 'utf8'))
})

test('the declarations of the library', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goldens-'))
  try {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const build = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', folder, '--emitDeclarationOnly']
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...build], { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
    const files = new Map<string, string>()
    const visit = (file: string): void => {
      if (files.has(file)) return
      const text = readFileSync(file, 'utf8')
      files.set(file, text)
      for (const [, path = ''] of text.matchAll(/from '(\.[^']+)'/g)) {
        visit(resolve(dirname(file), path.replace(/\.(js|ts)$/, '.d.ts')))
      }
    }
    const entry = join(folder, 'cli/breaker/index.d.ts')
    visit(entry)
    // Which file a declaration stands in is the house's own affair: what counts is what the entry exports, and how it reads.
    const exported = readFileSync(entry, 'utf8').replaceAll(/from '\.[^']+'/g, '')
    const names = [...exported.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list = '']) =>
      list.split(',').map(name => name.replace(/^\s*type /, '').trim()),
    )
    const declared = [...files.values()].flatMap(text => text.split(/^(?=\/\*\*|import |export |declare )/m))
    let comment = ''
    const said = new Map<string, string>()
    for (const part of declared) {
      const name = /^export (?:declare )?(?:abstract )?(?:class|interface|type|function|const) (\w+)/.exec(part)?.[1]
      if (name && names.includes(name)) said.set(name, comment + part.trimEnd())
      comment = part.startsWith('/**') ? part : ''
    }
    assert.deepEqual(
      names.filter(name => name !== '' && !said.has(name)),
      [],
      relative(folder, entry),
    )
    golden(
      'breaker.d.ts.txt',
      `${[...said.keys()]
        .sort()
        .map(name => said.get(name))
        .join('\n\n')}\n`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the shapes of a result and of the event stream', async context => {
  const stream = await openEvents(`${server.url}/chaos/events`)
  context.after(() => stream.close())
  await stream.until('hello')
  await call('PUT', '/chaos/fail-rate', { failRate: 40 })
  for (let asked = 0; asked < 20; asked += 1) await (await fetch(`${server.url}/catalogs/155568600`)).text()
  await stream.until('sample', ({ data }) => data.counts.success > 0)
  await stream.until('sample', ({ data }) => data.counts.injected > 0)
  await call('POST', '/chaos/outages', { for: '10s' })
  await stream.until('outage', ({ data }) => data.on === true)
  await call('DELETE', '/chaos/outages')
  await stream.until('outage', ({ data }) => data.on === false)
  await call('POST', '/chaos/scenarios/blackout/runs')
  await stream.until('scenario')
  await call('POST', '/chaos/reset')
  await call('POST', '/chaos/sessions', { id: 'seen', name: 'Ana' })
  await call('DELETE', '/chaos/sessions/seen')
  const { stdout } = await chaos(
    'compare --arms none,retry+breaker -n 160 -c 10 --every 100ms --outage 550ms-5s --seed golden --json --url'
      .split(' ')
      .concat(server.url),
    { days: { count: 39 } },
  )
  await stream.until('run', ({ data }) => data.type === 'end')
  const late = await openEvents(`${server.url}/chaos/events`)
  context.after(() => late.close())
  const hello = await late.until('hello')
  const shapes = new Map<string, Shape>()
  for (const { type, data } of [...stream.heard, hello])
    shapes.set(type, union(shapes.get(type) ?? 'empty', shapeOf(data)))
  golden('events.json', pretty(Object.fromEntries([...shapes].sort(([a], [b]) => (a < b ? -1 : 1)))))
  const result = JSON.parse(stdout)
  // Whether both arms had failures to compare is a matter of chance.
  for (const { latencyMs } of result.differences) delete latencyMs.failed
  golden('result.json', pretty(shapeOf(result)))
})
