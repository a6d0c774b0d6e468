/** The judge by the recorded traffic of fifteen real clients: grades, reports, and what changes nothing about them. */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { EXAMS, examOf } from '../../../server/challenge/exams.ts'
import { type ExamResults, type Grades, grade } from '../../../server/challenge/grade.ts'
import { measure, measureCalm } from '../../../server/challenge/measure.ts'
import { referenceExams } from '../../../server/challenge/reference.ts'
import { LINES, report } from '../../../server/challenge/report.ts'
import { inOrder, type JudgedRequest } from '../../../server/challenge/requests.ts'
import { silencesIn } from '../../../server/challenge/silences.ts'
import { TASK, unsteadiness } from '../../../server/challenge/task.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { LANGUAGES } from '../../../server/wording/wording.ts'
import { RECORDED_TASK, RECORDINGS, recordingOf, resultsOf } from './recorded.ts'

/** The grades in the order of the table, a dash for none, and the overall grade. */
function inShort({ overall, ...grades }: Grades): string {
  return `${Object.values(grades)
    .map(each => each.grade ?? '-')
    .join('')} ${overall.grade ?? overall.reason}`
}

/** Hang, outage, return, early, storm, flips, rush, amplification, connections; overall. */
const OPEN_LOOP: Readonly<Record<string, string>> = {
  good: 'AAAAADAAA A',
  goodretry: 'AAAAACAAA A',
  cockatiel: 'AAABACAAA A',
  lasier2: 'ACADACAAA B',
  opossum: 'ACADACAAA B',
  herd: 'AAAADCFAA C',
  lasier: 'ACFDFCAAA D',
  naive: 'AF-FCCAAA D',
  notimeout: 'FF-FACDAA D',
  backoff: 'AF-FFACFA D',
  retry3: 'AF-FFACFA D',
  cache: '--------- partial',
}

describe('grades of recorded clients', () => {
  for (const [client, expected] of Object.entries(OPEN_LOOP)) {
    it(`${client}: ${expected}`, () => assert.equal(inShort(grade(resultsOf(client))), expected))
  }

  const CLOSED_LOOP = { good: 'AAAA----A A', opossum: 'ACAD----A B', lasier: 'ACFD----A C', naive: 'AF-F----A D' }
  for (const [client, expected] of Object.entries(CLOSED_LOOP)) {
    it(`${client} in a closed loop: ${expected}`, () =>
      assert.equal(inShort(grade(resultsOf(client, 'closed'), 'closed')), expected))
  }

  it('connections: a client that opens one for each request', () => {
    const hang = measure(recordingOf('newconn', 'hang').requests, examOf('hang').trouble, RECORDED_TASK)
    assert.equal(grade({ hang }).connections.grade, 'F')
    assert.equal(grade({ hang }).overall.grade, null)
  })
})

describe('grades do not depend on', () => {
  it('50 ms of jitter', () => {
    for (const [client, expected] of Object.entries(OPEN_LOOP)) {
      let state = 1
      const lateMs = () => {
        state = (state * 48_271) % 2_147_483_647
        return (state / 2_147_483_647) * 50
      }
      const jittered = resultsOf(client, 'open', requests => requests.map(request => moved(request, lateMs())))
      assert.equal(inShort(grade(jittered)), expected, client)
    }
  })

  it('the order in which requests are handed over', () => {
    for (const client of ['good', 'retry3', 'lasier']) {
      assert.deepEqual(
        resultsOf(client, 'open', requests => [...requests].reverse()),
        resultsOf(client),
      )
    }
  })

  it('how fast answers come while all is well', () => {
    const slower = grade(
      resultsOf('good', 'open', all =>
        all.map(each => (each.end === 'ok' ? { ...each, endMs: each.endMs + 15 } : each)),
      ),
    )
    assert.equal(inShort(slower), OPEN_LOOP.good)
  })
})

describe('not judgeable is', () => {
  const reasons = (exams: ExamResults) => {
    const { hang, overall } = grade(exams)
    return [hang, overall].map(each => (each.grade === null ? each.reason : each.grade))
  }

  it('two clients in one session', () => {
    const { requests } = recordingOf('good', 'hang')
    const trouble = examOf('hang').trouble
    // Each fetches all codes in turn, at half the pace: together they are at full pace, and ask for each code twice.
    const slow = halfPace(requests)
    const both = measure([...slow, ...slow.map(each => moved(each, 30))], trouble, RECORDED_TASK)
    assert.equal(unsteadiness(both, TASK), 'turn')
    assert.deepEqual(reasons({ hang: both }), ['turn', 'partial'])
  })

  it('a client that stalls before the trouble', () => {
    const stalled = recordingOf('good', 'outage').requests.filter(({ atMs }) => atMs < 2_000 || atMs > 5_000)
    const outage = measure(stalled, examOf('outage').trouble, RECORDED_TASK)
    assert.equal(unsteadiness(outage, TASK), 'pace')
  })

  it('one that answers from a fresh cache, and one whose calm fails', () => {
    assert.deepEqual(reasons(resultsOf('cache')), ['pace', 'partial'])
    const failing = resultsOf('good', 'open', all =>
      all.map((each, n) => (n % 20 === 0 ? { ...each, end: 'failed' } : each)),
    )
    assert.deepEqual(reasons(failing), ['failures', 'partial'])
  })

  it('an exam that was spoilt or not played', () => {
    assert.deepEqual(reasons({ ...resultsOf('good'), hang: { spoilt: 'disturbed' } }), ['disturbed', 'partial'])
    assert.deepEqual(reasons({}), ['not-played', 'partial'])
  })
})

describe('a client that stalls is no breaker', () => {
  it('it resumes with everything that was due', () => {
    const { requests } = recordingOf('naive', 'outage')
    // For six seconds of the outage nothing leaves; then all of it does at once.
    const stalled = requests.map(each =>
      each.atMs > 9_000 && each.atMs < 15_000 ? moved(each, 15_000 - each.atMs) : each,
    )
    const outage = measure(stalled, examOf('outage').trouble, RECORDED_TASK)
    assert.ok(outage.silent > 0.3 && outage.probes.largest > 100, JSON.stringify(outage.probes))
    assert.equal(grade({ outage }).outage.grade, 'F')
  })

  it('nor is a closed loop whose requests all hang', () => {
    const hanging = Array.from({ length: 32 }, (_, n) => requestAt(n * 50, 12_000))
    assert.deepEqual(silencesIn(hanging, 32, 12_200), [])
    const [silence] = silencesIn(hanging, 33, 12_200)
    assert.deepEqual(silence, { fromMs: 1_550, toMs: 12_200 })
  })
})

describe('measures', () => {
  const request = fc.record({
    atMs: fc.double({ min: 0, max: 34_000, noNaN: true }),
    took: fc.double({ min: 0, max: 13_000, noNaN: true }),
    code: fc.constantFrom(...TASK.codes, 'another'),
    opensConnection: fc.boolean(),
    end: fc.constantFrom('ok', 'failed', 'left', 'held' as const),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 3_000 })),
  })
  const traffic = fc.array(
    request.map(({ took, ...rest }): JudgedRequest => ({ ...rest, endMs: rest.atMs + took })),
    { maxLength: 200 },
  )

  it('are numbers in their ranges, whatever came', () => {
    fc.assert(
      fc.property(traffic, fc.constantFrom(...EXAMS), (requests, exam) => {
        const { trouble } = examOf(exam)
        const measures = measure(requests, trouble, TASK)
        for (const [name, value] of Object.entries(measures)) {
          if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0, `${name}: ${value}`)
        }
        for (const share of ['failed', 'outOfTurn', 'newConnections', 'silent'] as const)
          assert.ok(measures[share] <= 1)
        assert.ok(measures.rush <= requests.length && measures.probes.largest <= requests.length)
        assert.ok(measures.backMs === null || measures.backMs <= trouble.endMs - trouble.toMs)
        const grades = grade({ [exam]: measures })
        for (const line of report({ [exam]: measures }, grades, 'en'))
          assert.doesNotMatch(line.says, /NaN|undefined|null/)
      }),
      { numRuns: 200 },
    )
  })

  it('do not change when the same traffic comes in another order', () => {
    fc.assert(
      fc.property(traffic, requests => {
        // Requests of one moment have no order.
        const distinct = requests.map((each, n) => ({ ...each, atMs: Math.floor(each.atMs) + n / 1_000 }))
        const { trouble } = examOf('outage')
        assert.deepEqual(measure([...distinct].reverse(), trouble, TASK), measure(distinct, trouble, TASK))
      }),
      { numRuns: 100 },
    )
  })

  it('early counts each request once, and as a walk over all pairs would', () => {
    fc.assert(
      fc.property(traffic, requests => {
        const { trouble } = examOf('limit')
        const told = requests.filter(({ retryAfterMs }) => retryAfterMs !== null)
        const early = requests.filter(
          ({ atMs }) =>
            atMs < trouble.toMs &&
            told.some(({ endMs, retryAfterMs }) => atMs > endMs + 50 && atMs < endMs + (retryAfterMs ?? 0) - 20),
        )
        const measured = measure(requests, trouble, TASK).early
        if (told.length === 0) assert.equal(measured, null)
        else assert.equal(Math.round((measured ?? 0) * 120), early.length)
      }),
      { numRuns: 200 },
    )
  })

  it('silences never overlap, are long enough, and hold no arrival', () => {
    fc.assert(
      fc.property(traffic, fc.integer({ min: 1, max: 40 }), (requests, most) => {
        const all = inOrder(requests)
        let last = Number.NEGATIVE_INFINITY
        for (const { fromMs, toMs } of silencesIn(all, most, 34_000)) {
          assert.ok(fromMs >= last && toMs - fromMs >= 300)
          assert.ok(!all.some(({ atMs }) => atMs > fromMs && atMs < toMs))
          last = toMs
        }
      }),
      { numRuns: 200 },
    )
  })

  it('a calm without any request has no pace, and fails nothing', () => {
    assert.deepEqual(measureCalm([], 0, 5_000, TASK), { pace: 0, failed: 0, outOfTurn: 0 })
  })
})

describe('reports', () => {
  for (const language of LANGUAGES) {
    it(`twelve lines for each recorded client, in ${language}`, () => {
      for (const client of Object.keys(OPEN_LOOP)) {
        const exams = resultsOf(client)
        const lines = report(exams, grade(exams), language, referenceExams())
        assert.deepEqual(
          lines.map(({ name }) => name),
          LINES,
        )
        for (const { name, says, grade, change, title } of lines) {
          assert.ok(says !== '' && title !== '', `${client}: ${name}`)
          if (grade !== null && grade !== 'A' && name !== 'overall') assert.notEqual(change, '', `${client}: ${name}`)
        }
      }
    })
  }

  it('each line has its moment, what happened, what the reference did, and what to change', () => {
    const exams = resultsOf('lasier')
    const lines = report(exams, grade(exams), 'en', referenceExams())
    assert.deepEqual(
      lines.find(({ name }) => name === 'return'),
      {
        name: 'return',
        title: 'Return',
        grade: 'F',
        exam: 'outage',
        atMs: 18_000,
        says: 'not back in 16 s',
        reference: 'reference breaker 201 ms',
        change: 'Open for 1 to 2 s at a time: longer than the outage is an outage of your own.',
      },
    )
  })

  it('both languages have the same words', () => {
    const tables = LANGUAGES.map(language => {
      const path = join(packageRoot(import.meta.url), 'data/words/challenge', `${language}.json`)
      return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    })
    const [english = {}, portuguese = {}] = tables
    assert.deepEqual(Object.keys(portuguese), Object.keys(english))
    const figures = (entry: unknown) => [...JSON.stringify(entry).matchAll(/\{\w+(?::[\w-]+)?\}/g)].map(String).sort()
    for (const code of Object.keys(english)) {
      assert.deepEqual(new Set(figures(portuguese[code])), new Set(figures(english[code])), code)
    }
  })

  it('the reference is what the breaker of this product did in its recorded exams', () => {
    const measured = `${JSON.stringify(resultsOf('good'), rounded, 1)}\n`
    const path = join(packageRoot(import.meta.url), 'data/challenge-reference.json')
    if (process.env.UPDATE_GOLDENS) writeFileSync(path, measured)
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), JSON.parse(measured))
  })
})

it('the recorded traffic is whole', () => {
  assert.equal(new Set(RECORDINGS.map(({ client }) => client)).size, 15)
})

function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(3)) : value
}

function moved(request: JudgedRequest, ms: number): JudgedRequest {
  return { ...request, atMs: request.atMs + ms, endMs: request.endMs + ms }
}

/** The same codes in turn, each in the place of two. */
function halfPace(requests: readonly JudgedRequest[]): JudgedRequest[] {
  const { codes } = RECORDED_TASK
  return requests
    .filter((_, index) => index % 2 === 0)
    .map((each, index) => ({ ...each, code: codes[index % codes.length] ?? '' }))
}

function requestAt(atMs: number, took: number): JudgedRequest {
  const [code = ''] = TASK.codes
  return { atMs, endMs: atMs + took, code, opensConnection: false, end: 'ok', retryAfterMs: null }
}
