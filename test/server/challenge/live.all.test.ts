/** Five real clients, none of those by which the judge was tuned, before the judge: all five exams, at the same time. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Graded } from '../../../server/challenge/grade.ts'
import type { ReportLine } from '../../../server/challenge/report.ts'
import { TASK } from '../../../server/challenge/task.ts'
import { control } from '../../support/control.ts'
import { moduleFile, nodeArguments, ROOT } from '../../support/project.ts'
import { pythonWith } from '../../support/python.ts'
import { startTestServer } from '../../support/server.ts'

interface Judged {
  readonly phase: string
  readonly grades: Readonly<Record<string, string | null>>
  readonly report: readonly ReportLine[]
}

const CLIENT = moduleFile('test/server/challenge/clients/client')
const PYTHON_CLIENT = join(ROOT, 'test/server/challenge/clients/lasier_rule.py')
const python = pythonWith('httpx')

/** The grades that each client may have; what hangs on a few calls may be one of two. */
const EXPECTED: Readonly<Record<string, Partial<Record<Graded | 'overall', string>>>> = {
  'consecutive-failures': { hang: 'A', outage: 'A', return: 'AB', amplification: 'A', connections: 'A', overall: 'AB' },
  'budgeted-retries': { hang: 'A', outage: 'F', early: 'F', amplification: 'A', connections: 'A', overall: 'CDF' },
  'no-keep-alive': { hang: 'A', outage: 'F', early: 'F', amplification: 'A', connections: 'F', overall: 'CDF' },
  bulkhead: { hang: 'B', outage: 'F', early: 'F', amplification: 'A', connections: 'A', overall: 'CDF' },
  'lasier-rule': { hang: 'A', outage: 'ABC', return: 'ABC', amplification: 'A', connections: 'A', overall: 'ABC' },
}

/** A machine that stands still makes clients unsteady: that is said, and is no grade. */
const UNSTEADY = /^not judgeable: \d|^no overall grade|^not played/

describe('real clients', { concurrency: true }, () => {
  for (const [kind, expected] of Object.entries(EXPECTED)) {
    const skip = kind === 'lasier-rule' && !python ? 'python3-httpx is not installed' : false
    it(kind, { skip }, async t => {
      const { grades, report } = await judged(t, kind)
      const letters = JSON.stringify(grades)
      for (const { name, grade, says } of report) if (grade === null) t.diagnostic(`${kind}, ${name}: ${says}`)
      for (const [name, allowed] of Object.entries(expected)) {
        const grade = grades[name] ?? null
        const says = report.find(line => line.name === name)?.says ?? 'not played'
        if (grade !== null || !UNSTEADY.test(says))
          assert.ok(grade !== null && allowed.includes(grade), `${name}: ${grade} (${says}) in ${letters}`)
      }
    })
  }
})

/** Starts a client and a challenge in a server of their own, and waits for the end of it. */
async function judged(t: TestContext, kind: string): Promise<Judged> {
  const server = await startTestServer(t)
  const call = control(server)
  await call('POST', '/chaos/sessions', { id: kind })
  const [command, args] =
    kind === 'lasier-rule'
      ? [python ?? '', [PYTHON_CLIENT, kind, server.url, ...TASK.codes]]
      : [process.execPath, [...nodeArguments(CLIENT), kind, kind, server.url]]
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  t.after(() => void child.kill('SIGKILL'))
  const { body } = await call('POST', `/challenges?session=${kind}`)
  for (;;) {
    const challenge: Judged = (await call('GET', `/challenges/${body.id}`)).body
    if (challenge.phase === 'done' || challenge.phase === 'stopped') return challenge
    assert.equal(child.exitCode, null, 'the client has ended')
    await sleep(500)
  }
}
