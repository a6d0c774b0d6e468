/** The recent runs of the page's session as chips: a press shows one and keeps it there, a second press lets the newest back. */

/** @import { Model, Run } from '../model/types.js' */

import { usefulShare } from '../model/run.js'
import { currentRun, runsOfPage } from '../model/shown-run.js'
import { shortTitlesOf } from './arm-titles.js'
import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createRunChips(context) {
  const { t, percent } = context.i18n
  const list = h('ul', { class: 'run-chips', 'aria-label': t('chips.label') })
  /** @type {{ id: string, update(run: Run, model: Model, shown: Run | null): void }[]} */
  let chips = []
  let drawn = ''

  /** @param {string} id */
  const chip = id => {
    const name = h('b', null)
    const shares = h('span', { class: 'num' })
    const pin = h('span', { class: 'chip-pin' })
    const button = h('button', { type: 'button', class: 'run-chip', onclick: () => context.pin(id) }, name, shares, pin)
    const replay = h('a', { class: 'run-replay' }, t('chips.replay'))
    list.append(h('li', null, button, replay))
    return {
      id,
      /** @param {Run} run @param {Model} model @param {Run | null} shown */
      update(run, model, shown) {
        say(name, nameOf(run))
        say(shares, run.names.map(arm => percent(usefulShare(run.totals[arm] ?? EMPTY))).join(' / '))
        say(pin, run.id === model.pinned ? t('chips.pinned') : run.status === 'running' ? t('arms.running') : '')
        mark(button, 'aria-pressed', String(run.id === model.pinned))
        mark(button, 'data-shown', run === shown)
        mark(replay, 'hidden', run.kept === null)
        if (run.kept) mark(replay, 'href', `#run=${encodeURIComponent(run.kept)}`)
        if (run.kept) mark(replay, 'aria-label', t('chips.replayOf', { run: run.kept }))
      },
    }
  }

  /** @param {Run} run */
  const nameOf = run => {
    if (run.kept) return run.kept
    const made = shortTitlesOf(context.i18n, run.names)
    return made.slice(0, 2).join(', ')
  }

  return {
    element: list,
    /** @param {Model} model */
    update(model) {
      const runs = runsOfPage(model).toReversed()
      const wanted = runs.map(({ id }) => id).join(' ')
      if (wanted !== drawn) {
        drawn = wanted
        list.replaceChildren()
        chips = runs.map(({ id }) => chip(id))
      }
      const shown = currentRun(model)
      for (const [index, run] of runs.entries()) chips[index]?.update(run, model, shown)
      mark(list, 'hidden', runs.length === 0)
    },
  }
}

const EMPTY = { success: 0, failed: 0, shortCircuited: 0, fromCache: 0, calls: 0, wasted: 0 }
