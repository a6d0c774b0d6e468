/** `chaos lesson`: every lesson comes out as it says, in virtual time; one at a real server; guesses, languages, Ctrl-C. */

import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import type { Io } from '../../../cli/io.ts'
import { resultSchema } from '../../../cli/report/result.ts'
import { answerOf } from '../../../cli/report/stats/answer.ts'
import { readLessons } from '../../../server/lessons/lessons.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

const lessons = readLessons()

/** A keyboard on which each line is typed when something is asked. */
function typing(lines: readonly string[], then?: () => void): Io['tty'] {
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setEncoding: () => stdin,
    pause: () => stdin,
    resume() {
      const line = left.shift()
      setImmediate(() => {
        if (line !== undefined) stdin.emit('data', line)
        else if (then) then()
        else stdin.emit('end')
      })
      return stdin
    },
  })
  const left = [...lines]
  return () => Object.assign(new EventEmitter(), { stdin, stdout: Object.assign(new EventEmitter(), { write() {} }) })
}

for (const { name, steps } of lessons) {
  it(`the lesson ${name} comes out as it says, with one answer to each question`, async () => {
    const { code, stdout, stderr } = await chaos(['lesson', name, '--yes', '--simulate', '--json'])
    assert.equal(stderr, '')
    const document = JSON.parse(stdout)
    const asked = steps.filter(({ experiment }) => experiment)
    assert.equal(document.steps.length, asked.length)
    for (const [index, { question, experiment }] of asked.entries()) {
      const result = resultSchema.parse(document.steps[index].result)
      const { expect = [] } = experiment ?? {}
      assert.ok(expect.length > 0, 'something is expected')
      assert.deepEqual(
        (result.expectations ?? []).map(({ text, passed }) => [text, passed]),
        expect.map(text => [text, true]),
      )
      const { choices = [] } = question ?? {}
      const right = choices.filter(choice => answerOf([choice], result).index !== null)
      assert.equal(right.length, question ? 1 : 0, answerOf(choices, result).measured.join('; '))
      assert.equal(
        document.steps[index].answer,
        question ? choices.indexOf(right[0] as (typeof choices)[number]) : null,
      )
    }
    assert.equal(code, 0)
  })
}

describe('what a lesson says to type', () => {
  const commands = lessons.flatMap(({ steps }) => steps.flatMap(({ command }) => command ?? []))
  for (const command of new Set(commands)) {
    it(`is understood: ${command}`, async () => {
      const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(2)
      const [name = '', ...rest] = words
      const isFired = ['compare', 'burst', 'sweep', 'tune'].includes(name)
      // Nothing listens there: what was understood ends with 3, what was not with 2.
      const args = isFired && name !== 'compare' ? ['--help'] : rest
      const { code, stderr } = await chaos([name, ...args, ...(args === rest ? ['-u', 'http://127.0.0.1:9'] : [])])
      assert.equal(code, args === rest ? 3 : 0, stderr)
    })
  }
})

describe('chaos lesson', () => {
  it('lists the lessons in either language', async () => {
    assert.match((await chaos(['lesson'])).stdout, /^ 5 {2}coin-flips {9}Coin flips: when a breaker hurts$/m)
    assert.match((await chaos(['lesson', '--lang', 'pt-BR'])).stdout, /^ 5 {2}coin-flips {9}Cara ou coroa: /m)
    const { lessons: listed } = JSON.parse((await chaos(['lesson', '--json'])).stdout)
    assert.equal(listed.length, lessons.length)
  })

  it('asks before, and lays the guess beside the result', async () => {
    const run = await chaos(['lesson', '5', '--simulate'], { tty: typing(['x\n', '1\n', '\n', '3\n']) })
    assert.equal(run.code, 0)
    assert.match(run.stdout, /Who answers more\?\n {4}1 {2}breaker answers more\n/)
    assert.match(run.stdout, /Type a number from 1 to 3, or Enter alone\./)
    assert.match(run.stdout, /You guessed: breaker answers more\. It was: none answers more\./)
    assert.match(run.stdout, /You guessed: more than 95 %\. That is how it was\./)
    assert.match(run.stdout, /The next one:\n {4}npx chaos lesson outage\n$/)
    assert.match(run.stderr, /Your guess, 1 to 3 \(Enter: none\): /)
  })

  it('plays in Portuguese, and says the answer to whoever does not guess', async () => {
    const run = await chaos(['lesson', 'coin-flips', '--simulate', '--lang', 'pt-BR'], {
      tty: typing(['\n', '\n', '\n']),
    })
    assert.match(run.stdout, /A resposta: none responde mais\./)
    assert.match(run.stdout, /respostas úteis/)
    assert.match(run.stdout, /npx chaos lesson outage --lang pt-BR\n$/)
  })

  it('stops at the end of what is typed before the run, and asks nothing more', async () => {
    const run = await chaos(['lesson', 'coin-flips', '--simulate'], { tty: typing([]) })
    assert.equal(run.code, 0)
    assert.match(run.stdout, /The answer: none answers more\./)
  })

  it('ends while it asks, with nothing run', async () => {
    const stop = new AbortController()
    const run = chaos(['lesson', 'coin-flips', '--simulate'], {
      tty: typing([], () => stop.abort('SIGINT')),
      interrupted: stop.signal,
    })
    const { code, stdout } = await run
    assert.equal(code, 130)
    assert.doesNotMatch(stdout, /useful answers/)
  })

  it('names the lessons where there is none of that name', async () => {
    const { code, stderr } = await chaos(['lesson', 'twelve'])
    assert.equal(code, 2)
    assert.match(stderr, /there is no lesson "twelve": there are all-is-well, /)
  })

  it('says how to start a server where none is', async () => {
    const { code, stderr } = await chaos(['lesson', '1', '--yes', '-u', 'http://127.0.0.1:9'])
    assert.equal(code, 3)
    assert.match(stderr, /npx chaos serve/)
  })

  it('plays at a real server, whatever that is set to, and leaves it as it was', async t => {
    const server = await startTestServer(t, { settings: { failRate: 90 } })
    const { code, stdout } = await chaos(['lesson', 'all-is-well', '--yes', '-u', server.url])
    assert.equal(code, 0, stdout)
    assert.equal(stdout.match(/✓ met/g)?.length, 4)
    assert.match(stdout, /Kept|The answer: all of them\./)
    assert.equal(server.chaos.settings().failRate, 90)
    assert.deepEqual(
      server.chaos.control.sessions.list().map(({ id }) => id),
      ['default'],
    )
  })

  it('is stopped within a run, and leaves no session behind', async t => {
    const server = await startTestServer(t)
    const stop = new AbortController()
    const run = chaos(['lesson', 'outage', '--yes', '-u', server.url], { interrupted: stop.signal })
    while (server.chaos.control.sessions.list().length < 3) await new Promise(resolve => setTimeout(resolve, 10))
    stop.abort('SIGINT')
    assert.equal((await run).code, 130)
    assert.equal(server.chaos.control.sessions.list().length, 1)
  })
})
