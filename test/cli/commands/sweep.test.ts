/** `chaos sweep`: the grid that was typed is the grid that is run, everything adds up, and it stops when told to. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { paretoOptimal, type Sweep, sweepSchema } from '../../../cli/report/stats/sweep-result.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, spawnChaos } from '../harness.ts'

/** One request after the other: no machine is so slow that a circuit sees them in another order, or too late to refuse one. */
const LOAD = ['-n', '60', '--closed', '-c', '1', '--seed', 's', '--timeout', '60s']

const sessions = async (url: string) =>
  ((await (await fetch(`${url}/chaos/sessions`)).json()) as { sessions: { id: string }[] }).sessions.length

describe('chaos sweep', () => {
  it('runs the grid and the arm without a breaker: every request is accounted for', async t => {
    const server = await startTestServer(t)
    const vary = ['--vary', 'threshold=20,80', '--vary', 'open-for=50ms..10s', '--steps', '2']
    const ran = await chaos(['sweep', '-u', server.url, '--json', '--fail-rate', '50', ...LOAD, ...vary])
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stderr, /^5 runs, one after the other/)
    const sweep: Sweep = sweepSchema.parse(JSON.parse(ran.stdout))
    assert.deepEqual(
      sweep.points.map(point => point.settings),
      [
        { threshold: '20', 'open-for': '50ms' },
        { threshold: '20', 'open-for': '10s' },
        { threshold: '80', 'open-for': '50ms' },
        { threshold: '80', 'open-for': '10s' },
      ],
    )
    assert.equal(sweep.baseline?.arm, 'none')
    assert.equal(sweep.baseline?.calls, 60)
    for (const point of [...sweep.points, sweep.baseline]) {
      assert.ok(point)
      assert.equal(point.requests, 60)
      const useful = Math.round(((point.useful ?? 0) * 60) / 100)
      assert.equal(point.calls, useful + point.wasted)
    }
    // The same seed: a circuit that never opens meets what no circuit meets.
    const { useful, wasted } = sweep.baseline
    for (const point of sweep.points.slice(2)) assert.deepEqual([point.useful, point.wasted], [useful, wasted])
    assert.ok((sweep.points[1]?.calls ?? 60) < 60)
    assert.ok(paretoOptimal(sweep.points).some(Boolean))
    assert.equal(sweep.interrupted, false)
    assert.equal(await sessions(server.url), 1)
    assert.equal(((await (await fetch(`${server.url}/runs`)).json()) as { total: number }).total, 0)
  })

  it('starts a server with an outage where none is named, and writes the page beside the table', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'sweep-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'sweep.html')
    const { code, stdout, stderr } = await chaos([
      'sweep',
      '--vary',
      'open-for=100ms',
      '-n',
      '150',
      '-c',
      '10',
      '--every',
      '100ms',
      '-o',
      file,
    ])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /open-for +useful +wasted/)
    assert.match(stdout, /No combination is recommended\. The run ended at .* during the outage \(1 s\s+to 4 s\)/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
    const page = readFileSync(file, 'utf8')
    assert.match(page, /^<!doctype html>[\s\S]*The trade-off/)
    assert.doesNotMatch(page, /<script/)
  })

  it('plays a scenario with its load and its arm, unless told otherwise', async t => {
    const server = await startTestServer(t)
    const { code, stdout, stderr } = await chaos([
      'sweep',
      '-u',
      server.url,
      '--json',
      '--scenario',
      'retry-storm',
      '--vary',
      'probes=3',
      '--for',
      '300ms',
      '--rate',
      '70/s',
    ])
    assert.equal(code, 0, stderr)
    const sweep = sweepSchema.parse(JSON.parse(stdout))
    assert.equal(sweep.points[0]?.arm, 'retry(3)+breaker(probes=3)')
    assert.equal(sweep.baseline?.arm, 'retry')
    assert.equal(sweep.load.timeoutMs, 500)
    assert.match(sweep.title ?? '', /retry storm/)
  })

  it('shows the combinations that were done when it is stopped', async t => {
    const server = await startTestServer(t)
    const run = spawnChaos([
      'sweep',
      '-u',
      server.url,
      '--json',
      '--vary',
      'probes=1..3',
      '-n',
      '100',
      '-c',
      '10',
      '--every',
      '150ms',
    ])
    while (server.chaos.control.sessions.list().every(session => !/-2-\d$/.test(session.id))) {
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    run.process.kill('SIGINT')
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 130, stderr)
    const sweep = sweepSchema.parse(JSON.parse(stdout))
    assert.equal(sweep.interrupted, true)
    assert.equal(sweep.points.length, 1)
    assert.equal(await sessions(server.url), 1)
  })

  for (const [typed, code, sentence] of [
    ['sweep', 2, /required option '--vary/],
    ['sweep --vary threshold=10..90 --vary probes=1..9 --steps 9', 2, /81 combinations, and 64 are the most/],
    ['sweep --vary threshold=20..80 --arm retry', 2, /no breaker/],
    ['sweep --vary slow-share=20..80 --arm opossum', 2, /slow-share/],
    ['sweep --vary threshold=20..80 -u http://127.0.0.1:9', 3, /cannot reach/],
    ['sweep --vary threshold=20..80 --rate 5/s --ramp 0-5/s@1s', 2, /two schedules/],
  ] as const) {
    it(`"${typed}" ends with ${code}`, async () => {
      const ran = await chaos(typed.split(' '))
      assert.equal(ran.code, code, ran.stderr)
      assert.match(ran.stderr, sentence)
      assert.equal(ran.stdout, '')
    })
  }
})
