/** The map of the house: which folder may import which. Arrows run one way, from what is started to what everything stands on. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { it } from 'node:test'
import { packageRoot } from '../server/lib/package-root.ts'

/**
 * What each folder may import beside its own files and server/lib, which imports nothing. Names are those of the same top
 * folder unless they begin with server/. A file that stands here by itself lies above or below the rest of its folder, such as
 * a folder's entry, which puts its rooms together.
 */
const MAP = whole({
  server: {
    '.': 'access catalog challenge chaos/api chaos/chaos.ts chaos/scenario config console experiments http lessons openapi runs telemetry workshop',
    openapi: 'access catalog chaos/api experiments http lessons runs',
    access: 'chaos/api http',
    catalog: 'http',
    console: 'console/i18n console/model console/net console/view console/view/page.js console/wording http',
    wording: 'console/wording',
    'console/view/page.js': 'console/model console/view console/view/stage',
    'console/view/stage': 'console/model console/view',
    'console/view': 'console/model console/wording',
    'console/net': 'console/wording',
    telemetry: 'chaos chaos/decision chaos/session config http runs',
    challenge: 'chaos chaos/api chaos/decision chaos/scenario chaos/session chaos/settings config http wording',
    experiments: 'chaos chaos/scenario chaos/session chaos/settings config http runs',
    lessons: 'challenge experiments http wording',
    workshop: 'chaos chaos/api chaos/session config',
    runs: 'config http',
    http: 'config',

    'chaos/chaos.ts': 'chaos chaos/api chaos/inject chaos/intercept chaos/scenario chaos/session chaos/settings',
    'chaos/api': 'chaos chaos/decision chaos/scenario chaos/session chaos/settings http',
    'chaos/inject': 'chaos/decision chaos/intercept chaos/session chaos/settings http',
    'chaos/intercept': 'chaos chaos/capacity chaos/decision chaos/session chaos/settings',
    'chaos/scenario': 'chaos chaos/decision chaos/session chaos/settings',
    chaos: 'chaos/decision chaos/session chaos/settings',
    'chaos/session': 'chaos/capacity chaos/decision chaos/settings',
    'chaos/capacity': 'chaos/settings',
    'chaos/decision': 'chaos/settings',
  },
  cli: {
    'main.ts': '. env-file.ts program.ts runs',
    'program.ts': '. commands failure.ts top-help.ts',
    'top-help.ts': 'report',
    'failure.ts': '. breaker control report',
    commands:
      '. breaker control experiment experiment-port hint-address.ts live load options output.ts policy report report/formats.ts report/html report/stats report/text report/verdict runs server server/challenge server/chaos/scenario server/chaos/settings server/experiments server/lessons server/runs simulate simulate/simulate.ts',
    options:
      '. breaker control experiment load output.ts policy report report/stats server/challenge server/config server/experiments server/wording simulate',
    'simulate/simulate.ts': '. experiment load report server/experiments simulate',
    'simulate/simulate-worker.ts': 'breaker simulate simulate/simulate.ts',
    simulate:
      'breaker load policy report report/stats server/catalog server/chaos server/chaos/capacity server/chaos/decision server/chaos/inject server/chaos/intercept server/chaos/scenario server/chaos/session server/chaos/settings server/config server/experiments',
    experiment:
      '. breaker breaker/redis control hint-address.ts load policy report report/html report/stats report/verdict runs server/chaos/decision server/chaos/settings server/config server/experiments server/runs server/telemetry simulate',
    'experiment-port':
      'breaker control experiment hint-address.ts load policy report report/html report/stats report/verdict runs server/experiments server/runs simulate simulate/simulate.ts',
    live: '. breaker control load policy report server/runs',
    'hint-address.ts': '. report',
    'env-file.ts': '. server/config',
    load: 'breaker control policy report report/stats server/chaos/decision server/config server/experiments server/runs',
    runs: '. control report report/stats server/runs',
    control: '. breaker server/config server/runs server/telemetry',
    'output.ts': '. report report/text report/verdict server/runs',

    'report/formats.ts': 'report report/csv.ts report/html report/k6 report/locust report/markdown.ts report/text',
    'report/markdown.ts': 'report report/text report/verdict',
    'report/csv.ts': 'report report/stats server/runs',
    'report/html': 'report report/stats report/text report/verdict',
    'report/text': 'report report/stats report/verdict server/console/wording',
    'report/verdict': 'policy report report/stats server/console/wording server/experiments server/runs server/wording',
    'report/k6': 'report report/export',
    'report/locust': 'report report/export',
    'report/export': 'policy report report/stats',
    'report/stats': 'report server/chaos/decision server/console/wording server/experiments server/runs',
    report: 'server/console/wording server/runs',

    policy: 'breaker server/chaos/decision',
    'breaker/index.ts': 'breaker breaker/redis',
    'breaker/redis': 'breaker server/chaos/decision',
  },
})

function whole(
  tops: Readonly<Record<string, Readonly<Record<string, string>>>>,
): ReadonlyMap<string, readonly string[]> {
  const rooms = Object.entries(tops).flatMap(([top, names]) => {
    const path = (name: string): string => (/^server($|\/)/.test(name) ? name : join(top, name))
    return Object.entries(names).map(([name, targets]) => [path(name), targets.split(' ').map(path)] as const)
  })
  return new Map(rooms)
}

const ROOT = packageRoot(import.meta.url)
const FOUNDATION = 'server/lib'

/** An import of a file of this package, also of its types alone and when it runs; those in comments are not asked. */
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^'"();]*?\bfrom\s+'(\.[^']+)'|\bimport\('(\.[^']+)'\)|\bimport '(\.[^']+)'/g

/** Each source file, with the files that it imports; paths from the root. */
const imports = new Map(
  ['server', 'cli'].flatMap(top =>
    readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(ts|js)$/.test(name) && !name.includes('vendor'))
      .map(name => join(top, name))
      .map(file => [file, importsOf(file)] as const),
  ),
)

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^\s*\/\*\*[\s\S]*?\*\//gm, '')
  const paths = [...text.matchAll(IMPORT)].map(([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? '')
  return [...new Set(paths.map(path => join(dirname(file), path)))].filter(path => !path.includes('vendor'))
}

const roomOf = (file: string): string => (MAP.has(file) ? file : dirname(file))

/** The arrows between rooms, each with the imports that it is made of. */
const arrows = new Map<string, { from: string; to: string; files: string[] }>()
for (const [file, targets] of imports) {
  for (const target of targets) {
    const [from, to] = [roomOf(file), roomOf(target)]
    if (from === to) continue
    const arrow = arrows.get(`${from} -> ${to}`) ?? { from, to, files: [] }
    arrow.files.push(`${file} imports ${relative(dirname(file), target)}`)
    arrows.set(`${from} -> ${to}`, arrow)
  }
}

/** The circles in a graph, each once: the strongly connected parts of more than one node (Tarjan). */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = []
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const visit = (node: string): number => {
    const own = index.size
    index.set(node, own)
    let lowest = own
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next))
      else if (stack.includes(next)) lowest = Math.min(lowest, low.get(next) ?? index.get(next) ?? own)
    }
    low.set(node, lowest)
    if (lowest === own) {
      const part = stack.splice(stack.indexOf(node))
      if (part.length > 1) found.push(part.sort())
    }
    return lowest
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return found
}

it('no folder imports what the map does not allow', () => {
  const offending = [...arrows.values()].filter(({ from, to }) => to !== FOUNDATION && !MAP.get(from)?.includes(to))
  assert.deepEqual(
    offending.flatMap(({ from, to, files }) => files.map(file => `${from} -> ${to}: ${file}`)),
    [],
  )
})

it('the map allows nothing that nobody imports', () => {
  const allowed = [...MAP].flatMap(([from, targets]) => targets.map(to => `${from} -> ${to}`))
  assert.deepEqual(
    allowed.filter(arrow => !arrows.has(arrow)),
    [],
  )
})

it('the server never imports the command line', () => {
  assert.deepEqual(
    [...arrows.keys()].filter(arrow => /^server.* -> cli/.test(arrow)),
    [],
  )
})

it('no circle runs through folders', () => {
  const graph = new Map<string, string[]>()
  for (const { from, to } of arrows.values()) graph.set(from, [...(graph.get(from) ?? []), to])
  assert.deepEqual(circles(graph), [])
})

it('no circle runs through files', () => {
  assert.deepEqual(circles(imports), [])
})
