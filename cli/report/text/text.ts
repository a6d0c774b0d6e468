/** The whole report as text: what was run, the table, the strip, what to know about it, the verdict and a hint. */

import { formatCount, formatMs, plural } from '../format.ts'
import type { Look } from '../look.ts'
import { missingNote } from '../missing.ts'
import type { Result, Unjudged } from '../result.ts'
import { renderExpectations } from '../stats/expect.ts'
import { unfinishedNote } from '../unfinished.ts'
import { goneNote } from '../verdict/notes.ts'
import { wrapText } from '../wrap.ts'
import { renderStrip } from './strip.ts'
import { renderTable } from './table.ts'

const INDENT = '  '

/** The report for a terminal, ending with a newline. */
export function renderText(result: Result, look: Look): string {
  const wrapped = (text: string) => paragraph(text, look.width)
  const { palette } = look
  const table = renderTable(result, look)
  const parts = [
    [
      palette.paint('strong', wrapped(result.title ?? titleOf(result))),
      palette.paint('quiet', wrapped(describeLoad(result))),
    ].join('\n'),
    table,
    renderStrip(result, look),
    notes(result)
      .map(note => wrapped(note))
      .join('\n'),
    renderExpectations(result.expectations ?? [], look),
    palette.paint('strong', wrapped(result.verdict.text)),
    hintLines(result.verdict.hint, look),
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

/** What was run, when nobody gave it a name. */
export function titleOf({
  arms,
  command,
}: {
  readonly command: string
  readonly arms: readonly { readonly name: string }[]
}): string {
  return arms.length > 1 ? arms.map(arm => arm.name).join(' against ') : `${command}: ${arms[0]?.name ?? 'nothing'}`
}

/** The schedule in words: `300 requests an arm, 10 every 100 ms, timeout 2.00 s, seed 42, at http://…`. */
export function describeLoad(result: Unjudged): string {
  return describeRun(result, result.arms.length > 1 ? ' an arm' : '')
}

/** The same for a run of any kind; `each` says what the requests are counted by. */
export function describeRun(
  { load, seed, target, failRate }: Pick<Unjudged, 'load' | 'seed' | 'target' | 'failRate'>,
  each: string,
): string {
  const schedule = load.schedule ?? { kind: 'batches' as const }
  const pace = load.requests === 1 ? '' : `${describeSchedule(schedule, load)}, `
  return `${plural(load.requests, 'request')}${each}, ${pace}timeout ${formatMs(load.timeoutMs)}, seed ${seed}, ${failRate ? `fail rate ${describeRate(failRate)}, ` : ''}at ${target}`
}

/** `70 %`, or `0 % to 70 %` where it was turned meanwhile. */
export function describeRate({ atStart, atEnd }: NonNullable<Unjudged['failRate']>): string {
  return atStart === atEnd ? `${atStart} %` : `${atStart} % to ${atEnd} %`
}

function describeSchedule(schedule: NonNullable<Unjudged['load']['schedule']>, load: Unjudged['load']): string {
  switch (schedule.kind) {
    case 'batches':
      return load.concurrency >= load.requests
        ? 'all at once'
        : `${formatCount(load.concurrency)} every ${formatMs(load.everyMs)}`
    case 'rate':
      return `${schedule.perSecond}/s`
    case 'poisson':
      return `${schedule.perSecond}/s at random (Poisson)`
    case 'ramp':
      return `from ${schedule.fromPerSecond}/s to ${schedule.toPerSecond}/s over ${formatMs(schedule.overMs)}`
    case 'closed':
      return `${formatCount(load.concurrency)} at a time (closed loop)`
  }
}

/** What a reader must know to trust the figures. */
export function notes(result: Unjudged): string[] {
  const { load, repeats } = result
  return [
    ...(load.late > 0
      ? [
          `Note: ${plural(load.late, 'request')} left more than 10 ms late (worst ${formatMs(load.lagMs.max)}): this machine was busy${stoodStill(load)}, and latencies include the wait.`,
        ]
      : []),
    ...(load.schedule?.kind === 'closed' && result.arms.length > 1
      ? ['Note: a closed loop sends faster to an arm that answers faster, so the arms did not meet the same load.']
      : []),
    ...[missingNote(result), goneNote(result), unfinishedNote(result)].flatMap(note =>
      note === null ? [] : [`Note: ${note}`],
    ),
    ...(repeats && repeats.length > 1 ? spread(repeats) : []),
  ]
}

/** Long enough for the generator to be the one to blame, in milliseconds. */
const STILL_MS = 10

function stoodStill({ eventLoopMs }: Unjudged['load']): string {
  if (!eventLoopMs || eventLoopMs.max < STILL_MS) return ''
  return `, this process stood still for up to ${formatMs(eventLoopMs.max)}`
}

function spread(repeats: NonNullable<Unjudged['repeats']>): string[] {
  const names = repeats[0]?.arms.map(arm => arm.name) ?? []
  return names.map(name => {
    const shares = repeats.flatMap(run => run.arms.filter(arm => arm.name === name).flatMap(arm => arm.useful ?? []))
    const wasted = repeats.flatMap(run => run.arms.filter(arm => arm.name === name).map(arm => arm.wasted))
    return `Over ${repeats.length} runs, ${name}: useful ${range(shares, value => value.toFixed(1))} %, wasted ${range(wasted, formatCount)} calls.`
  })
}

function range(values: readonly number[], write: (value: number) => string): string {
  if (values.length === 0) return '-'
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return write(low) === write(high) ? write(low) : `${write(low)} to ${write(high)}`
}

/** A command gets a line of its own, so that it can be copied. */
function hintLines(hint: string, { width, palette }: Look): string {
  const [, words = hint, command] = /^(.*:) (npx .+)$/.exec(hint) ?? []
  const lines = paragraph(words, width)
  return command === undefined ? lines : `${lines}\n${INDENT}${INDENT}${palette.paint('strong', command)}`
}

function paragraph(text: string, width: number): string {
  return wrapText(text, Math.max(20, Math.min(width, 100) - INDENT.length))
    .map(line => INDENT + line)
    .join('\n')
}
