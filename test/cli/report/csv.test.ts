import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderCsv } from '../../../cli/report/csv.ts'
import type { Unjudged } from '../../../cli/report/result.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { arm, outage, result } from './sample-results.ts'

/** A reader of RFC 4180, written from its grammar. */
function read(text: string): string[][] {
  const records: string[][] = [[]]
  let at = 0
  while (at < text.length) {
    let field = ''
    if (text[at] === '"') {
      at++
      for (;;) {
        if (text[at] === '"' && text[at + 1] === '"') {
          field += '"'
          at += 2
        } else if (text[at] === '"') break
        else field += text[at++]
      }
      at++
    } else while (at < text.length && text[at] !== ',' && text[at] !== '\r') field += text[at++]
    records.at(-1)?.push(field)
    if (text[at] === ',') at++
    else {
      assert.equal(text.slice(at, at + 2), '\r\n')
      at += 2
      if (at < text.length) records.push([])
    }
  }
  return records
}

function table(run: Unjudged): Record<string, string>[] {
  const [header = [], ...lines] = read(renderCsv({ ...run, verdict: judge(run) }))
  for (const line of lines) assert.equal(line.length, header.length)
  return lines.map(line => Object.fromEntries(header.map((name, column) => [name, line[column] ?? ''])))
}

test('one line an arm for the whole, one for each of its quarter seconds', () => {
  const lines = table(outage)
  assert.equal(lines.length, 2 * (1 + 32))
  const [total, first] = lines.slice(33)
  assert.deepEqual(
    [total?.scope, total?.arm, total?.toMs, total?.success, total?.wasted, total?.recoveryMs],
    ['total', 'breaker', '8000', '385', '20', '250'],
  )
  assert.equal(total?.success_p95_ms, '24')
  assert.equal(total?.fromCache_p95_ms, '')
  assert.deepEqual(
    [first?.scope, first?.fromMs, first?.toMs, first?.success, first?.state, first?.success_p95_ms],
    ['quarter', '0', '250', '25', 'closed', ''],
  )
  assert.equal(lines.at(-7)?.state, 'closed')
  assert.equal(lines.at(-8)?.state, 'open')
})

test('any name of an arm comes back as it was, but for formulas, which are made harmless', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '=', '+', ' ', 'é') }), name => {
      const read = table(result([arm(name, { success: 1 })]))[0]?.arm
      assert.doesNotMatch(read ?? '', /(^|[\r\n])[=+]/)
      assert.equal(read?.replaceAll("'", ''), name)
    }),
  )
})
