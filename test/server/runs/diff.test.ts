/** Two kept runs compared by the server: the same as `chaos diff` says, before it is put into words. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openExperimentPort } from '../../../cli/experiment-port/port.ts'
import { english } from '../../../cli/report/verdict/words.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { runDiffSchema } from '../../../server/runs/diff.ts'
import { chaos } from '../../cli/harness.ts'
import { outage } from '../../cli/report/sample-results.ts'
import { kept } from '../../cli/runs/samples.ts'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'

const experiments = () =>
  openExperimentPort({
    ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
    usualUrl: new URL('http://127.0.0.1:8000'),
  })

describe('GET /runs/diff', () => {
  it('says of each arm, and of the two runs, what the command line says', async test => {
    const server = await startTestServer(test, { experiments: experiments() })
    const call = control(server)
    const first = kept('2026-01-01T00:00:00.000Z')
    const second = kept('2026-01-02T00:00:00.000Z', { arms: outage.arms, trouble: outage.trouble, seed: '7' })
    const [before, after] = [
      (await call('POST', '/runs', { result: first })).body.id,
      (await call('POST', '/runs', { result: second })).body.id,
    ]
    const { status, body } = await call('GET', `/runs/diff?before=${before}&after=${after}`)
    assert.equal(status, 200)
    const diff = runDiffSchema.parse(body)
    assert.deepEqual(diff.runs, [before, after])
    assert.deepEqual(
      diff.arms.map(arm => [arm.before, arm.after]),
      first.arms.map(({ name }) => [name, name]),
    )
    assert.deepEqual(diff.arms[0]?.figures[1]?.outcomes, outage.arms[0]?.outcomes)
    const { stdout } = await chaos(['diff', before, after, '--url', server.url])
    const printed = stdout.replace(/\s+/g, ' ')
    const said = [...diff.arms.flatMap(({ says }) => says), ...diff.says].map(({ code, figures }) =>
      english(code, figures),
    )
    assert.ok(said.length >= 3)
    for (const sentence of said) assert.ok(printed.includes(sentence), sentence)
  })

  it('refuses what is no run, and a server that was started as a library compares none', async test => {
    const call = control(await startTestServer(test, { experiments: experiments() }))
    assert.equal((await call('GET', '/runs/diff?before=tirado')).status, 400)
    assert.equal((await call('GET', '/runs/diff?before=tirado&after=a%20b')).status, 400)
    assert.match((await call('GET', '/runs/diff?before=tirado&after=gobado')).body.detail, /No run has the id "tirado"/)
    const bare = control(await startTestServer(test))
    assert.equal((await bare('GET', '/runs/diff?before=tirado&after=gobado')).status, 501)
  })
})
