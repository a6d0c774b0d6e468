/** The step of a lesson in which a client is judged: nobody sends, the user goes on or stops, nothing is asked; and what it leaves behind. */

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { judgeInLesson, MAX_SILENCE_MS } from '../../../cli/commands/lesson-challenge.ts'
import { controlFor } from '../../../cli/control/control.ts'
import type { LineReader } from '../../../cli/line-reader.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, type Surroundings, testIo } from '../harness.ts'

const COMMAND = 'npx chaos challenge outage --session own'
const ENTER: LineReader = { next: async () => '', close() {} }
const NO_LINE: LineReader = { next: async () => null, close() {} }

/** A server, and the step in the session `own` of it. */
async function stepAt(
  t: TestContext,
  surroundings: Surroundings,
  lines: LineReader | null,
  lang: 'en' | 'pt-BR' = 'en',
) {
  const server = await startTestServer(t, { settings: { failRate: 40 } })
  const { sessions } = server.chaos.control
  const { io, text } = testIo(surroundings)
  const url = new URL(server.url)
  const step = { exam: 'outage', command: COMMAND, session: 'own' } as const
  return {
    server,
    text,
    play: () => judgeInLesson(io, controlFor(io, url), step, { url, lang, ascii: true, color: false }, lines),
    waited: async () => {
      while (!sessions.get('own')?.observer) await new Promise(resolve => setTimeout(resolve, 5))
    },
    isPutBack: () => sessions.get('own') === undefined && server.chaos.settings().failRate === 40,
  }
}

/** A clock that a test can move on. */
function movedClock() {
  let aheadMs = 0
  return {
    clock: { now: () => systemClock.now() + aheadMs, after: systemClock.after },
    move(ms: number) {
      aheadMs += ms
    },
  }
}

describe('a client that a lesson has judged', () => {
  it('is told where to send, is waited for no more after Enter, and the reference is shown in its place', async t => {
    const { server, text, play, isPutBack } = await stepAt(t, {}, ENTER)
    await play()
    assert.ok(text.stdout.includes(`${server.url}/catalogs/155568600`), text.stdout)
    assert.ok(text.stdout.includes(`${server.url}/?session=own`), text.stdout)
    assert.match(text.stdout, /Enter\s+goes\s+on/)
    assert.match(text.stderr, /made the session own .*\nFetch these 7 codes in turn, 20 starts a second/)
    assert.match(text.stderr, /X-Chaos-Session: own/)
    assert.match(text.stdout, /No client was judged here[\s\S]* {4}npx chaos challenge outage --session own\n/)
    assert.match(text.stdout, /^A {2}Outage 0:06 +you stopped after/m)
    assert.doesNotMatch(text.stdout, /Hang|Nobody sent|stopped: /)
    assert.ok(isPutBack())
  })

  it('is waited for no more where nobody sends, which is said', async t => {
    const { clock, move } = movedClock()
    const { text, play, waited, isPutBack } = await stepAt(t, { clock }, NO_LINE, 'pt-BR')
    const played = play()
    await waited()
    move(MAX_SILENCE_MS)
    await played
    assert.match(text.stdout, /Ninguém enviou nada por 3 minutos\./)
    assert.match(text.stdout, /^A {2}Queda 0:06/m)
    assert.match(text.stderr, /sessão own criada/)
    assert.ok(isPutBack())
  })

  it('is waited for while something arrives', async t => {
    const { clock, move } = movedClock()
    let enter = (_line: string) => {}
    const next = () =>
      new Promise<string>(resolve => {
        enter = resolve
      })
    const { server, text, play, waited } = await stepAt(t, { clock }, { next, close() {} })
    const played = play()
    await waited()
    for (let i = 0; i < 3; i += 1) {
      const said = text.stderr.length
      await fetch(`${server.url}/catalogs/155568600`, { headers: { 'X-Chaos-Session': 'own' } })
      move(MAX_SILENCE_MS * 0.6)
      while (text.stderr.length === said) await new Promise(resolve => setTimeout(resolve, 5))
    }
    enter('')
    await played
    assert.doesNotMatch(text.stdout, /Nobody sent/)
    assert.match(text.stdout, /No client was judged here/)
  })

  it('is left alone by Ctrl-C, and everything is put back', async t => {
    const stop = new AbortController()
    const { text, play, waited, isPutBack } = await stepAt(t, { interrupted: stop.signal }, null)
    const played = play()
    await waited()
    stop.abort('SIGINT')
    await played
    assert.match(text.stdout, /stopped: everything is as it was\n/)
    assert.doesNotMatch(text.stdout, /Enter\s+goes\s+on|No client was judged/)
    assert.ok(isPutBack())
  })

  it('is not waited for with --simulate: what it would have shown is said at once, for the session that is named', async () => {
    const { code, stdout } = await chaos(['lesson', 'own-client', '--simulate', '--session', 'bia', '--ascii'])
    assert.equal(code, 0)
    assert.match(stdout, /No client was judged here/)
    assert.equal(stdout.match(/npx chaos challenge outage --session bia/g)?.length, 2)
    assert.match(stdout, /^A {2}Outage 0:06 +you stopped after/m)
    assert.match(stdout, /npx chaos challenge --session bia/)
    assert.match(stdout, /This was lesson 11/)
  })
})
