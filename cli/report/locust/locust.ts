/**
 * A result's load as a locustfile: the same schedule, keys, codes, headers and expectations, sent by one machine or many. The
 * program is `data/locust/replay.py`; what it sends is written into it here.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { parseArm } from '../../policy/parse.ts'
import { RETRY_PARAMETERS } from '../../policy/retry.ts'
import { oneLine } from '../format.ts'
import { CATALOG_REQUEST } from '../k6/k6.ts'
import type { Result } from '../result.ts'
import { type Exported, exportedExpectations } from '../stats/exported-expectations.ts'

/** The line of the program that stands for the load. */
const PLACE = /^LOAD = None$/m

/** The arms that the program can send. */
const ARMS = ['none', 'retry'] as const

/** The locustfile, ending with a newline. */
export function renderLocust(result: Result): string {
  const program = readFileSync(join(packageRoot(import.meta.url), 'data', 'locust', 'replay.py'), 'utf8')
  const { load, seed, target, request = CATALOG_REQUEST, conditions } = result
  const retrying = result.arms.map(arm => retryOf(arm.name)).find(values => values !== null)
  const { expectations, left } = exportedExpectations(result, canJudge)
  const sent = {
    target,
    seed,
    arm: result.arms.every(arm => retryOf(arm.name) !== null) ? 'retry' : 'none',
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
    retry: retrying ?? RETRY_DEFAULTS,
    expectations,
  }
  const notes = left.map(text => `# Not judged here: ${oneLine(text)}\n`).join('')
  return program.replace(PLACE, () => `${notes}LOAD = json.loads(${JSON.stringify(JSON.stringify(sent))})`)
}

const RETRY_DEFAULTS = Object.fromEntries(
  Object.entries(RETRY_PARAMETERS).map(([name, { fallback }]) => [name, fallback]),
)

/** The parameters of an arm's retries in milliseconds; null for an arm without any, or of another version. */
function retryOf(name: string): Readonly<Record<string, unknown>> | null {
  try {
    const retry = parseArm(name).policies.get('retry')
    return retry ? { ...RETRY_DEFAULTS, ...retry } : null
  } catch {
    return null
  }
}

/** Whether the program measures it: it knows no circuit and no cache. */
function canJudge({ arm, measure }: Exported): boolean {
  if (arm !== null && !ARMS.some(name => name === arm)) return false
  return /^(useful|success|failed|requests|calls|wasted|amplification|(p50|p95|p99|max)(\.(all|success|failed))?)$/.test(
    measure,
  )
}
