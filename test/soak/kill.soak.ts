/** Kills the server (SIGKILL) again and again while runs are posted: what was acknowledged is there at the next start. KILLS changes how often. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { judge } from '../../cli/report/verdict/verdict.ts'
import { coinFlips } from '../cli/report/sample-results.ts'
import { run } from '../support/process.ts'
import { dice } from './fuzz.ts'

const kills = Number(process.env.KILLS ?? 100)
const random = dice(Number(process.env.SEED ?? 1))
const folder = mkdtempSync(join(tmpdir(), 'flaky-kill-'))
const file = join(folder, 'catalog.sqlite')
const body = JSON.stringify({ result: { ...coinFlips, verdict: judge(coinFlips) } })
const ends: (() => void)[] = []
const acknowledged: string[] = []
let lost = 0
let fetched = 0

for (let round = 0; round < kills; round += 1) {
  const child = run(
    { after: end => void ends.push(end) },
    { args: ['--port', '0', '--db', file, '--max-runs', '10000'], cwd: folder },
  )
  const [, url = ''] = await child.sees(/is at (http:\S+)/)
  const { runs } = (await (await fetch(`${url}/runs?limit=100`)).json()) as { runs: { id: string }[] }
  const kept = new Set(runs.map(({ id }) => id))
  // Runs whose acknowledgement was killed are kept too: the newest hundred hold fewer that were acknowledged.
  lost += acknowledged.slice(-50).filter(id => !kept.has(id)).length
  const products = ((await (await fetch(`${url}/catalogs`)).json()) as unknown[]).length
  if (products !== 20) lost += 1

  let alive = true
  const post = async () => {
    while (alive) {
      const answer = await fetch(`${url}/runs`, {
        method: 'POST',
        body,
        headers: { 'Content-Type': 'application/json' },
      }).catch(() => null)
      const created = answer?.status === 201 ? ((await answer.json().catch(() => null)) as { id: string } | null) : null
      if (created) acknowledged.push(created.id)
    }
  }
  const get = async () => {
    while (alive) {
      if (await fetch(`${url}/catalogs/155568600`).catch(() => null)) fetched += 1
    }
  }
  const lanes = [post(), post(), get(), get()]
  await new Promise(resolve => setTimeout(resolve, 20 + random() * 150))
  child.signal('SIGKILL')
  await child.ended
  alive = false
  await Promise.all(lanes)
}
const database = new Sqlite(file)
const verdict = database.pragma('integrity_check', { simple: true })
const known = database.prepare<[string], number>('SELECT 1 FROM runs WHERE id = ?').pluck()
const missing = acknowledged.filter(id => known.get(id) === undefined).length
const total = database.prepare<[], number>('SELECT count(*) FROM runs').pluck().get()
database.close()
rmSync(folder, { recursive: true })
console.log(`kill: ${kills} times under load, ${fetched} products fetched meanwhile`)
console.log(
  `  runs acknowledged ${acknowledged.length}, in the file ${total}, lost ${missing + lost}; integrity_check ${verdict}`,
)
process.exitCode = missing + lost > 0 || verdict !== 'ok' ? 1 : 0
