/** What the thread of an experiment does: fires it at the server, tells how far it is, and has its result kept. */

import type { ExperimentEnd, ExperimentOrder } from '../../server/experiments/port.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { withoutBrackets } from '../../server/lib/hostname.ts'
import { fitsWithPage } from '../../server/runs/run.ts'
import { Control } from '../control/control.ts'
import { type ArmTotals, openPublisher } from '../control/live-publisher.ts'
import { runExperiment } from '../experiment/experiment.ts'
import { DEFAULT_SESSION, placedIn } from '../experiment/sessions.ts'
import { withAddress } from '../hint-address.ts'
import { catalogTarget } from '../load/target.ts'
import { renderHtml } from '../report/html/html.ts'
import type { Result } from '../report/result.ts'
import { total } from '../report/stats/figures.ts'
import { redact } from '../runs/redact.ts'
import type { Channel } from './thread.ts'

/** What the thread is given. */
export interface ThreadOrder extends Omit<ExperimentOrder, 'spec'> {
  readonly spec: ExperimentSpec & { readonly seed: string }
  /** The server that commands ask unless another is named. */
  readonly usualUrl: string
}

/** What the thread says. */
export type ThreadSaid =
  | { readonly type: 'progress'; readonly share: number; readonly arms: readonly ArmTotals[] | null }
  | { readonly type: 'keep'; readonly result: Result; readonly html: string | null }
  | { readonly type: 'ended'; readonly end: ExperimentEnd }

/** What it is told. */
export type ThreadTold = { readonly type: 'stop' } | { readonly type: 'kept'; readonly run: string | null }

/** Resolves when all is said; whatever goes wrong is said too. */
export async function attendExperiment(channel: Channel, order: ThreadOrder): Promise<void> {
  const stopped = new AbortController()
  let onKept: (run: string | null) => void = () => {}
  channel.on('message', (told: ThreadTold) => {
    if (told.type === 'stop') stopped.abort()
    else onKept(told.run)
  })
  const say = (message: ThreadSaid) => channel.postMessage(message)
  const keep = (result: Result): Promise<string | null> => {
    if (result.arms.every(arm => total(arm.outcomes) === 0)) return Promise.resolve(null)
    return new Promise(resolve => {
      onKept = resolve
      say({ type: 'keep', ...pageOf(result, order) })
    })
  }
  const onProgress = (share: number, arms?: readonly ArmTotals[]) =>
    say({ type: 'progress', share, arms: arms ? [...arms] : null })
  const end = await fire(order, stopped.signal, onProgress, keep).catch(endOf)
  say({ type: 'ended', end })
}

/** What is kept of a result: without what is nobody else's, and with its page where both are small enough. */
export function pageOf(
  measured: Result,
  { usualUrl }: Pick<ThreadOrder, 'usualUrl'>,
): { result: Result; html: string | null } {
  const result = redact(withAddress(measured, new URL(usualUrl)))
  const html = renderHtml(result)
  return { result, html: fitsWithPage(result, html) ? html : null }
}

async function fire(
  { id, spec: asked, url, token }: ThreadOrder,
  signal: AbortSignal,
  onProgress: (share: number, arms?: readonly ArmTotals[]) => void,
  keep: (result: Result) => Promise<string | null>,
): Promise<ExperimentEnd> {
  const base = new URL(url)
  const control = new Control({ url: base, signal, ...(token === null ? {} : { token }) })
  const { session = DEFAULT_SESSION } = asked
  const command = asked.arms.length > 1 ? 'compare' : 'burst'
  const spec = await placedIn({ ...asked, session }, command, control)
  const hostname = withoutBrackets(base.hostname)
  const title = asked.title ?? `${command} ${asked.arms.join(', ')}`
  const result = await runExperiment(spec, {
    ...{ command, control, session, signal, onProgress, keep, sessionPrefix: id, readsFailRate: true },
    target: {
      ...catalogTarget(base),
      expectsJson: true,
      ...(/^[0-9.]+$|:/.test(hostname) ? { address: hostname } : {}),
    },
    clock: systemClock,
    wallMs: Date.now,
    draw: () => asked.seed,
    publish: () => ({ id, title, publisher: openPublisher({ url: base, token: control.token, clock: systemClock }) }),
  })
  if (result.vanished) return { state: 'failed', problem: result.verdict.text }
  return { state: result.interrupted ? 'interrupted' : 'done' }
}

/** What ends an experiment before it has begun, in a sentence. */
function endOf(error: unknown): ExperimentEnd {
  return { state: 'failed', problem: error instanceof Error ? error.message : String(error) }
}
