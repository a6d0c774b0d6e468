/** `chaos challenge` against real servers: waiting, Ctrl-C, older servers; and its report, expectations and languages. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { plain } from '../../../cli/report/look.ts'
import { renderChallenge } from '../../../cli/report/text/challenge.ts'
import { english } from '../../../cli/report/verdict/words.ts'
import { grade } from '../../../server/challenge/grade.ts'
import { referenceExams } from '../../../server/challenge/reference.ts'
import { report } from '../../../server/challenge/report.ts'
import { resultsOf } from '../../server/challenge/recorded.ts'
import { listen } from '../../support/listen.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

const HELLO = { name: 'flaky-catalog', version: '1', session: 'default', clockMs: 0, settings: {}, provenance: {} }

/** A server that says of its challenge what is handed in, one state after the other; null where it knows no challenges. */
async function standIn(t: TestContext, states: readonly object[] | null) {
  const asked: string[] = []
  const left = [...(states ?? [])]
  const url = await listen(
    createServer((req, res) => {
      asked.push(`${req.method} ${req.url}`)
      const answer = (status: number, body: object) =>
        res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      req.resume()
      if (req.url?.startsWith('/chaos')) answer(200, HELLO)
      else if (states === null) answer(404, { status: 404, detail: 'There is nothing at "/challenges"' })
      else if (req.method === 'DELETE') res.writeHead(204).end()
      else answer(200, left.shift() ?? {})
    }),
    t,
  )
  return { url, asked }
}

const STATE = { id: 'challenge-1', session: 'default', exam: null, asks: 'Fetch.', grades: {}, report: [] }
const WAITING = { ...STATE, phase: 'waiting', says: 'waiting for 20 starts a second: 12 now' }

function doneBy(client: string, language: 'en' | 'pt-BR' = 'en') {
  const exams = resultsOf(client)
  const grades = grade(exams)
  const letters = Object.fromEntries(Object.entries(grades).map(([name, each]) => [name, each.grade]))
  const lines = report(exams, grades, language, referenceExams())
  return { ...STATE, phase: 'done', says: 'done', grades: letters, report: lines }
}

describe('chaos challenge', () => {
  it('says what is waited for, then twelve lines, and judges expectations', async t => {
    const { url, asked } = await standIn(t, [WAITING, doneBy('lasier')])
    const expect = ['--expect', 'overall>=B', '--expect', 'hang==A']
    const { code, stdout, stderr } = await chaos(['challenge', '-u', url, '--ascii', ...expect], { columns: 100 })
    assert.equal(code, 99)
    assert.match(stderr, /Fetch\.\nwaiting for 20 starts a second: 12 now\n/)
    assert.match(stdout, /^F {2}Return 0:18 +not back in 16 s \(reference breaker 201 ms\)\n +-> Open for 1 to 2 s/m)
    assert.match(stdout, /^A {2}Hang 0:05 +you gave up after 1 s, 100 times/m)
    assert.match(stdout, /^D {2}Overall +D$/m)
    assert.equal(stdout.match(/^[ABCDF-] {2}\w/gm)?.length, 12)
    assert.match(stdout, /overall>=B +.*D\n.*hang==A +.*A\n$/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 100, line)
    assert.deepEqual(
      asked.filter(each => !each.includes('/chaos')),
      ['POST /challenges?lang=en', 'GET /challenges/challenge-1?lang=en'],
    )
  })

  it('prints one document with --json, asks in the language that is wanted, and ends with 0 where all is met', async t => {
    const { url, asked } = await standIn(t, [doneBy('good')])
    const args = ['challenge', 'hang', '-u', url, '--json', '--lang', 'pt-BR', '--expect', 'overall>=B']
    const { code, stdout } = await chaos(args)
    assert.equal(code, 0)
    const document = JSON.parse(stdout)
    assert.equal(document.report.length, 12)
    assert.deepEqual(document.expectations, [{ text: 'overall>=B', passed: true, measured: 'A' }])
    assert.ok(asked.includes('POST /challenges?lang=pt-BR'), asked.join())
  })

  it('a grade that there is not meets nothing', async t => {
    const { url } = await standIn(t, [doneBy('cache')])
    const { code, stdout } = await chaos(['challenge', '-u', url, '--expect', 'overall<=F'])
    assert.equal(code, 99)
    assert.match(stdout, /no overall grade/)
  })

  it('says of an older server that it is one', async t => {
    const { url } = await standIn(t, null)
    const { code, stderr } = await chaos(['challenge', '-u', url])
    assert.equal(code, 3)
    assert.match(stderr, /judges no clients .*: start a newer server with npx chaos serve/)
  })

  it('refuses what it cannot mean', async () => {
    for (const [args, says] of [
      [['maths'], /Allowed choices are hang, outage, limit, storm, flips/],
      [['--expect', 'overall>=E'], /such as "overall>=B"/],
      [['--expect', 'speed>=A'], /one of overall, hang/],
      [['--lang', 'xx'], /Allowed choices/],
    ] as const) {
      const { code, stderr } = await chaos(['challenge', ...args])
      assert.equal(code, 2)
      assert.match(stderr, says)
    }
  })

  it('makes the session where it is not there, and puts everything back when it is stopped', async t => {
    const server = await startTestServer(t)
    const stop = new AbortController()
    const { sessions } = server.chaos.control
    const running = chaos(['challenge', '-u', server.url, '--session', 'ana'], { interrupted: stop.signal })
    while (!sessions.get('ana')?.observer) await new Promise(resolve => setTimeout(resolve, 5))
    stop.abort('SIGINT')
    const { code, stdout, stderr } = await running
    assert.equal(code, 130)
    assert.match(stdout, /stopped: everything is as it was/)
    assert.match(stderr, /made the session ana until the challenge is over/)
    assert.match(stderr, /X-Chaos-Session: ana/)
    assert.equal(sessions.get('ana'), undefined)
  })

  for (const moment of ['between two looks', 'during a look']) {
    it(`stopped in the middle of an exam, ${moment}, prints what was judged by then and ends with 130`, async t => {
      const stop = new AbortController()
      const whole = doneBy('lasier')
      const stopped = { ...whole, phase: 'stopped', says: 'stopped: somebody ended it', played: ['hang'] }
      const playing = { ...STATE, phase: 'playing', says: 'outage' }
      const asked: string[] = []
      const url = await listen(
        createServer((req, res) => {
          const answer = (body: object) =>
            res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
          req.resume()
          if (req.url?.startsWith('/chaos')) {
            answer(HELLO)
            return
          }
          asked.push(`${req.method} ${req.url}`)
          if (req.method === 'DELETE') res.writeHead(204).end()
          else if (asked.some(each => each.startsWith('DELETE'))) answer(stopped)
          else if (req.method === 'POST') {
            if (moment === 'between two looks') setTimeout(() => stop.abort('SIGINT'), 50)
            answer(playing)
          } else stop.abort('SIGINT')
        }),
        t,
      )
      const { code, stdout } = await chaos(['challenge', '-u', url, '--ascii'], {
        interrupted: stop.signal,
        columns: 100,
      })
      assert.equal(code, 130)
      assert.match(stdout, /^stopped: everything is as it was\n/)
      assert.match(stdout, /^A {2}Hang 0:05 +you gave up after 1 s/m)
      assert.doesNotMatch(stdout, /Return|Overload|Coin flips/)
      assert.deepEqual(asked.slice(-2), ['DELETE /challenges/challenge-1', 'GET /challenges/challenge-1?lang=en'])
    })
  }

  it('lists the leaderboard, the best first, in two languages and as JSON', async t => {
    const letters = doneBy('lasier').grades
    const one = { id: 'challenge-1', session: 'x1', name: 'José\u001b[31m', phase: 'done', grades: letters }
    const listed = [
      { ...one, endedAt: '2026-01-01T10:20:30.000Z' },
      { ...one, id: 'challenge-2', name: 'Bia', phase: 'playing', endedAt: null, grades: {} },
    ]
    const url = await listen(
      createServer((req, res) => {
        const body = req.url === '/challenges' ? { challenges: listed } : HELLO
        res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
      }),
      t,
    )
    const { code, stdout } = await chaos(['challenge', 'ls', '-u', url, '--ascii'], { columns: 100 })
    assert.equal(code, 0)
    assert.match(stdout, /^Overall +Name +Hang +Outage +Return +429 +Overload +Flips +Ended \(UTC\) +Session\n/)
    assert.match(stdout, /^D +José.* +A +C +F +\S +\S +\S +2026-01-01 10:20 +x1\n- +Bia( +-){6} +is on +x1\n$/m)
    assert.ok(!stdout.includes('\u001b'))
    assert.match((await chaos(['challenge', 'ls', '-u', url, '--lang', 'pt-BR'])).stdout, /^Nota geral +Nome/)
    const { challenges } = JSON.parse((await chaos(['challenge', 'ls', '-u', url, '--json'])).stdout)
    assert.deepEqual(
      challenges.map(({ id }: { id: string }) => id),
      ['challenge-1', 'challenge-2'],
    )
  })

  it('says where nobody was judged, and of an older server that it is one', async t => {
    const server = await startTestServer(t)
    assert.match((await chaos(['challenge', 'ls', '-u', server.url])).stdout, /^Nobody was judged yet/)
    const { url } = await standIn(t, null)
    assert.equal((await chaos(['challenge', 'ls', '-u', url])).code, 3)
  })

  it('ends what it began in a session that was there, whose settings come back', async t => {
    const server = await startTestServer(t, { settings: { failRate: 70 } })
    const stop = new AbortController()
    const { first } = server.chaos.control.sessions
    const running = chaos(['challenge', 'flips', '-u', server.url], { interrupted: stop.signal })
    while (!first.observer) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(server.chaos.settings().failRate, 0)
    stop.abort('SIGTERM')
    assert.equal((await running).code, 143)
    assert.deepEqual([first.observer, server.chaos.settings().failRate], [null, 70])
  })
})

it('the report fits a narrow terminal in both languages', () => {
  for (const language of ['en', 'pt-BR'] as const) {
    for (const client of ['good', 'retry3', 'lasier', 'cache']) {
      const text = renderChallenge(doneBy(client, language).report, {
        width: 60,
        ascii: false,
        palette: plain,
        words: english,
      })
      for (const line of text.split('\n')) assert.ok(line.length <= 60, line)
      assert.match(text, /\n$/)
    }
  }
})
