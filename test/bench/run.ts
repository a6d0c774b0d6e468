/**
 * Builds, then runs every `*.bench.ts` of this folder, or those whose names hold one of the arguments, and ends with one
 * table: each figure beside its goal. With `--json` the table is a document on standard output, and all else goes to standard error.
 */

import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { figureWords, goalWords, type Judged } from './goals.ts'

const folder = import.meta.dirname
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const files = readdirSync(folder)
  .filter(name => name.endsWith('.bench.ts'))
  .filter(name => wanted.length === 0 || wanted.some(part => name.includes(part)))
  .sort()

if (files.length === 0) {
  const known = readdirSync(folder).filter(name => name.endsWith('.bench.ts'))
  console.error(`no benchmark matches ${wanted.join(' ')}: there are ${known.join(', ')}`)
  process.exit(2)
}

const root = join(folder, '..', '..')
const textTo = values.json ? 2 : 1
const built = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: ['ignore', textTo, 2],
})
if (built.status !== 0) process.exit(built.status ?? 1)

const machine = {
  node: process.version,
  processor: cpus()[0]?.model ?? '',
  cores: availableParallelism(),
  load: loadavg()[0] ?? Number.NaN,
}
const benches: { readonly name: string; readonly ended: boolean; readonly figures: readonly Judged[] }[] = []
for (const file of files) benches.push(await measured(file))

if (values.json) console.log(JSON.stringify({ machine, benches }, null, 2))
else for (const line of table()) console.log(line)
if (benches.some(({ ended }) => !ended)) process.exitCode = 1

/** Runs one of them; one that breaks down ends nothing but itself. */
async function measured(file: string): Promise<(typeof benches)[number]> {
  const figures: Judged[] = []
  const child = fork(join(folder, file), {
    cwd: root,
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', textTo, 2, 'ipc'],
  })
  child.on('message', message => figures.push(message as Judged))
  const [code] = await once(child, 'close')
  return { name: file.replace('.bench.ts', ''), ended: code === 0, figures }
}

function table(): string[] {
  const rows = benches.flatMap(({ name, figures }) =>
    figures.map(each => [name, each.what, figureWords(each), goalWords(each), each.met ? 'meets' : 'MISSES']),
  )
  const head = ['', 'figure', 'median (least–greatest)', 'goal', '']
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map(row => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `  ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd()
  const broken = benches.filter(({ ended }) => !ended).map(({ name }) => `  ${name} broke down: see above`)
  const { node, processor, cores, load } = machine
  return [
    `\nNode.js ${node}, ${cores} cores of ${processor}, load ${load.toFixed(1)} at the start`,
    line(head),
    ...rows.map(line),
    ...broken,
  ]
}
