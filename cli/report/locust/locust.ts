/**
 * A result's load as a locustfile: the same schedule, keys, codes, headers and expectations, sent by one machine or many. The
 * program is `data/locust/replay.py`; what it sends is written into it here.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { CATALOG_REQUEST, type Exported, exportedArm, exportedExpectations, exportedRetry } from '../export/export.ts'
import { oneLine } from '../format.ts'
import type { Result } from '../result.ts'

/** The line of the program that stands for the load. */
const PLACE = /^LOAD = None$/m

/** The arms that the program can send. */
const ARMS = ['none', 'retry'] as const

/** The locustfile, ending with a newline. */
export function renderLocust(result: Result): string {
  const program = readFileSync(join(packageRoot(import.meta.url), 'data', 'locust', 'replay.py'), 'utf8')
  const { load, seed, target, request = CATALOG_REQUEST, conditions } = result
  const { expectations, left } = exportedExpectations(result, canJudge)
  const sent = {
    target,
    seed,
    arm: exportedArm(result),
    requests: load.requests,
    schedule: {
      ...(load.schedule ?? { kind: 'batches' }),
      concurrency: Math.max(1, load.concurrency),
      everyMs: load.everyMs,
    },
    timeoutMs: load.timeoutMs,
    connections: conditions?.connections?.max ?? 1_000,
    method: request.method,
    path: request.path,
    codes: request.codes,
    headers: request.headers,
    body: request.body,
    expectsJson: request.expectsJson,
    retry: exportedRetry(result),
    expectations,
  }
  const notes = left.map(text => `# Not judged here: ${oneLine(text)}\n`).join('')
  return program.replace(PLACE, () => `${notes}LOAD = json.loads(${JSON.stringify(JSON.stringify(sent))})`)
}

/** Whether the program measures it: it knows no circuit and no cache. */
function canJudge({ arm, measure }: Exported): boolean {
  if (arm !== null && !ARMS.some(name => name === arm)) return false
  return /^(useful|success|failed|requests|calls|wasted|amplification|(p50|p95|p99|max)(\.(all|success|failed))?)$/.test(
    measure,
  )
}
