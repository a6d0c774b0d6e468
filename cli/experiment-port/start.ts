/** Starts the thread of an experiment, and puts things in order where it ends before its work is done. */

import type {
  ExperimentEnd,
  ExperimentOrder,
  ExperimentUnderway,
  ExperimentWatcher,
} from '../../server/experiments/port.ts'
import type { Clock } from '../../server/lib/clock.ts'
import { toldOf } from '../experiment/published-run.ts'
import type { ThreadOrder, ThreadSaid, ThreadTold } from './attend.ts'
import type { ToldStep } from './salvage.ts'
import { openThread, type Thread } from './thread.ts'

export interface StartParts {
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** A fresh word, for a seed where none is given. */
  readonly draw: () => string
  /** The server that commands ask unless another is named. */
  readonly usualUrl: URL
}

/** Steps that are told of a run that lasts as long as any may. */
const MAX_STEPS = 20_000

export function startExperiment(
  { spec, ...asked }: ExperimentOrder,
  watcher: ExperimentWatcher,
  { clock, wallMs, draw, usualUrl }: StartParts,
): ExperimentUnderway {
  const order: ThreadOrder = { ...asked, spec: { ...spec, seed: spec.seed ?? draw() }, usualUrl: usualUrl.href }
  const startedAtWallMs = wallMs()
  const thread: Thread<ThreadSaid> = openThread(
    'experiment-worker',
    order,
    async () => (await import('./attend.ts')).attendExperiment,
  )
  const tell = (message: ThreadTold) => thread.post(message)
  const steps: ToldStep[] = []
  let startedAt: number | null = null
  let kept: string | null = null
  let killed = false
  const ended = new Promise<ExperimentEnd>(resolve => {
    thread.onMessage(said => {
      if (said.type === 'ended') resolve(said.end)
      else if (said.type === 'keep') {
        void watcher.keep(said.result, said.html).then(run => {
          kept = run
          tell({ type: 'kept', run })
        })
      } else {
        watcher.onProgress(said.share)
        startedAt ??= clock.now() - STEP_MS
        if (said.arms && steps.length < MAX_STEPS)
          steps.push({ atMs: Math.round(clock.now() - startedAt), arms: said.arms })
      }
    })
    thread.onEnd(error => {
      const problem = killed
        ? 'It did not stop in time and was ended'
        : `Its thread ended before its work was done (${error?.message ?? 'nobody knows why'})`
      void tidyUp(order, steps, kept, startedAtWallMs, watcher).then(state => resolve({ state, problem }))
    })
  })
  void ended.then(() => thread.terminate())
  return {
    ended,
    stop: () => tell({ type: 'stop' }),
    kill() {
      killed = true
      void thread.terminate()
    },
  }
}

/** Between two tellings of a run, in milliseconds. */
const STEP_MS = 250

/** Keeps what was told by then, removes the sessions that are left, and tells the pages that the run is over. Never rejects. */
async function tidyUp(
  order: ThreadOrder,
  steps: readonly ToldStep[],
  kept: string | null,
  startedAtWallMs: number,
  watcher: ExperimentWatcher,
): Promise<ExperimentEnd['state']> {
  const [{ salvaged }, { pageOf }, { Control }] = await Promise.all([
    import('./salvage.ts'),
    import('./attend.ts'),
    import('../control/control.ts'),
  ])
  const measured = kept === null ? salvaged(order, steps, startedAtWallMs) : null
  const page = measured && pageOf(measured, order)
  const run = page ? await watcher.keep(page.result, page.html) : kept
  const { id, url, token } = order
  const control = new Control({ url: new URL(url), ...(token === null ? {} : { token }) })
  const end = {
    id,
    result: { ...(run === null ? {} : { run }), ...(page ? toldOf(page.result.verdict) : {}) },
  }
  await control.call('POST', '/chaos/live', { end }).catch(() => {})
  const sessions = await control.sessions().catch(() => [])
  const left = sessions.filter(session => session.id.startsWith(`${id}-`))
  await Promise.allSettled(left.map(session => control.closeSession(session.id)))
  return measured || kept !== null ? 'interrupted' : 'failed'
}
