/** The arms of the newest run side by side, how the run stands, and the verdict at its end. */

/** @import { Model } from '../model/types.js' */
/** @import { Table } from './arms-table.js' */

import { currentRun } from '../model/shown-run.js'
import { createTable } from './arms-table.js'
import { h, mark, say } from './dom.js'
import { createRunChanges } from './run-changes.js'
import { runTitle, runVerdict } from './run-words.js'

/** @param {import('./page.js').Context} context */
export function createArms(context) {
  const { t } = context.i18n
  const title = h('h2', { id: 'arms-title' }, t('arms.title'))
  const status = h('span', { class: 'run-status' })
  const name = h('p', { class: 'run-name' })
  const place = h('div', { class: 'arms-place' })
  const changes = createRunChanges(context)
  const verdict = h('p', { class: 'verdict', role: 'status' })
  const report = h('a', { class: 'link' }, t('arms.report'))
  const element = h(
    'section',
    { class: 'arms', 'aria-labelledby': 'arms-title' },
    h('header', null, title, status),
    name,
    place,
    verdict,
    report,
    changes.element,
  )

  /** @type {Table | null} */
  let table = null
  let shape = ''

  const empty = () =>
    h(
      'div',
      { class: 'empty' },
      h('p', { class: 'empty-title' }, t('arms.empty')),
      h('p', null, t('arms.emptyText')),
      h('code', { class: 'command' }, `npx chaos compare --url ${context.origin}`),
    )

  return {
    element,
    /** @param {Model} model */
    update(model) {
      const run = currentRun(model)
      const wanted = run ? `${run.id} ${run.names.join(' ')}` : 'none'
      if (wanted !== shape) {
        shape = wanted
        table = run && createTable(context, run.names)
        place.replaceChildren(table?.element ?? empty())
      }
      if (run) table?.fill(run)
      mark(element, 'data-status', run?.status ?? 'none')
      say(status, run ? t(`arms.${run.status}`) : '')
      say(name, run ? runTitle(context, run) : '')
      const { text, lang } = runVerdict(context, run)
      say(verdict, text)
      mark(verdict, 'lang', lang)
      changes.update(run)
      mark(report, 'hidden', !run?.kept)
      if (run?.kept) mark(report, 'href', `#runs=${encodeURIComponent(run.kept)}`)
      mark(element, 'tabindex', element.scrollHeight > element.clientHeight ? '0' : null)
    },
  }
}
