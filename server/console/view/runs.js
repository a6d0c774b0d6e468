/** The kept runs, in the order of the command line; one opens from its result, two are compared, and any can be forgotten. */

/** @import { Words } from '../wording/words.js' */

import { usefulShare } from '../model/run.js'
import { describeRate, paceOf, titleOf } from '../wording/run.js'
import { troubleName } from '../wording/sentences.js'
import { h, mark, say } from './dom.js'
import { createKeptRun } from './kept-run.js'
import { createRunDiff } from './run-diff.js'

const COLUMNS = /** @type {const} */ (['name', 'when', 'what', 'trouble', 'requests', 'useful', 'wasted'])
/** Figures begin at the right. @type {ReadonlySet<string>} */
const FIGURES = new Set(['requests', 'useful', 'wasted'])

/** @param {import('./page.js').Context} context */
export function createRuns(context) {
  const { t } = context.i18n
  const body = h('tbody', null)
  const table = h(
    'table',
    { class: 'runs-table' },
    h('caption', { class: 'hidden' }, t('runs.title')),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        h('th', { scope: 'col' }, h('span', { class: 'hidden' }, t('runs.pick'))),
        ...COLUMNS.map(name =>
          h('th', { scope: 'col', class: FIGURES.has(name) ? 'figure' : null }, t(`runs.${name}`)),
        ),
        h('th', { scope: 'col' }, h('span', { class: 'hidden' }, t('runs.actions'))),
      ),
    ),
    body,
  )
  const title = h('p', { class: 'empty-title', tabindex: '-1' })
  const text = h('p', null)
  const empty = h(
    'div',
    { class: 'empty', hidden: true },
    title,
    text,
    h('code', { class: 'command' }, `npx chaos compare --url ${context.origin}`),
  )
  const hint = h('p', { class: 'by', role: 'status' }, t('runs.pickHint'))
  const compare = h('a', { class: 'button', hidden: true })
  const list = h(
    'div',
    { class: 'run-list' },
    h(
      'header',
      { class: 'view-head' },
      h('div', null, h('h2', null, t('runs.title')), h('p', null, t('runs.text'))),
      h('div', { class: 'runs-compare' }, hint, compare),
    ),
    table,
    empty,
  )
  const opened = h('div', { class: 'run-opened', hidden: true })
  const element = h('div', { class: 'view runs' }, list, opened)
  /** Picked to be compared, the one that was picked first at first. @type {string[]} */
  let picked = []
  let ended = -1
  let boot = ''
  let isShown = false
  /** What is opened: the ids of one run or two. @type {string | null} */
  let wanted = null

  const keptRuns = async () => {
    const kept = await context.api.keptRuns().catch(() => null)
    /** @type {any[] | null} */
    const runs = kept?.runs ?? null
    return runs?.toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt)) ?? null
  }

  const load = async () => {
    const [kept, words] = await Promise.all([keptRuns(), context.loadWords()])
    const runs = kept ?? []
    const ids = runs.map(({ id }) => id)
    picked = picked.filter(id => ids.includes(id))
    table.hidden = runs.length === 0
    empty.hidden = runs.length > 0
    say(title, t(kept === null ? 'runs.missing' : 'runs.empty'))
    say(text, kept === null ? '' : t('runs.emptyText'))
    body.replaceChildren(...runs.map(run => createRow(context, run, words, { pick, remove })))
    showPicked(ids)
  }

  /** @param {string} id @param {boolean} on */
  const pick = (id, on) => {
    // Of three the one that was picked first is let go.
    picked = on ? [...picked, id].slice(-2) : picked.filter(other => other !== id)
    showPicked([...body.rows].map(row => row.dataset.run ?? ''))
  }

  /** @param {string[]} ids in the order of the list, the newest first */
  const showPicked = ids => {
    for (const row of body.rows) {
      const box = row.querySelector('input')
      if (box) box.checked = picked.includes(row.dataset.run ?? '')
    }
    const [before, after] = picked.toSorted((a, b) => ids.indexOf(b) - ids.indexOf(a))
    const isPair = before !== undefined && after !== undefined
    hint.hidden = isPair || ids.length < 2
    compare.hidden = !isPair
    if (!isPair) return
    say(compare, t('runs.compare', { before, after }))
    mark(compare, 'href', `#runs=${encodeURIComponent(before)},${encodeURIComponent(after)}`)
  }

  /** @param {string} id @param {number} index its place in the list */
  const remove = (id, index) =>
    context.act(async () => {
      await context.api.removeRun(id)
      await load()
      const next = body.rows[Math.min(index, body.rows.length - 1)]
      const target = next?.querySelector('a') ?? title
      target.focus()
    })

  /** @param {string} ids */
  const open = ids =>
    context.act(async () => {
      const [first = '', second] = ids.split(',').map(decodeURIComponent)
      const [words, kept] = await Promise.all([context.loadWords(), keptRuns()])
      const made =
        second === undefined
          ? createKeptRun(
              context,
              first,
              await context.api.keptRun(first),
              words,
              kept?.find(({ id }) => id === first)?.html !== false,
            )
          : createRunDiff(context, await context.api.diffRuns(first, second), words)
      if (wanted !== ids) return
      opened.replaceChildren(made)
      made.querySelector('h2')?.focus()
    })

  return {
    element,
    /** @param {import('../model/types.js').Model} model */
    update(model) {
      const isEntered = !isShown
      isShown = !element.hidden
      if (!isShown || model.link !== 'live') return
      const ids = context.openedRuns()
      if (ids !== wanted) {
        wanted = ids
        opened.replaceChildren()
        list.hidden = ids !== null
        opened.hidden = ids === null
        if (ids !== null) open(ids)
      }
      const now = model.runs.filter(run => run.status !== 'running').length
      if (!isEntered && now === ended && boot === model.boot) return
      ended = now
      boot = model.boot
      load()
    },
    /** Is not looked at. */
    leave() {
      isShown = false
    },
  }
}

/**
 * @param {import('./page.js').Context} context
 * @param {any} run as the list tells it
 * @param {Words} words
 * @param {{ pick: (id: string, on: boolean) => void, remove: (id: string, index: number) => void }} acts
 */
function createRow(context, run, words, { pick, remove }) {
  const { t, count, percent, date } = context.i18n
  const id = /** @type {string} */ (run.id)
  const arms = /** @type {any[]} */ (run.arms)
  const names = arms.map(arm => arm.name).join(' / ')
  const what = run.title ?? titleOf(run, words)
  const trouble = /** @type {string[] | undefined} */ (run.trouble)
  const wasted = arms.map(arm => (arm.upstream ? count(arm.upstream.wasted) : t('unit.none')))
  const address = `/runs/${encodeURIComponent(id)}`
  /** On a phone, where the table has no head. @param {'trouble' | 'requests' | 'useful' | 'wasted'} name */
  const label = name => h('span', { class: 'cell-label' }, `${t(`runs.${name}`)}: `)
  const box = h('input', { type: 'checkbox', 'aria-label': t('runs.pickOne', { run: id }) })
  box.addEventListener('change', () => pick(id, box.checked))
  const row = h(
    'tr',
    { 'data-run': id },
    h('td', { class: 'run-pick' }, box),
    h('th', { scope: 'row' }, h('a', { href: `#runs=${encodeURIComponent(id)}` }, id)),
    h('td', { class: 'num' }, date(run.startedAt)),
    h(
      'td',
      null,
      h('span', null, what, run.interrupted ? ` (${t('kept.interrupted')})` : ''),
      h('span', { class: 'by' }, [...(run.title === undefined ? [] : [names]), ...settingsOf(run, words)].join(', ')),
    ),
    h(
      'td',
      null,
      label('trouble'),
      trouble === undefined
        ? t('unit.none')
        : trouble.length === 0
          ? t('runs.noTrouble')
          : trouble.map(name => troubleName(name, words)).join(', '),
    ),
    h('td', { class: 'num figure' }, label('requests'), count(run.requests)),
    h('td', { class: 'num figure' }, label('useful'), arms.map(arm => percent(usefulShare(arm.outcomes))).join(' / ')),
    h('td', { class: 'num figure' }, label('wasted'), wasted.join(' / ')),
    h(
      'td',
      { class: 'run-actions' },
      h(
        'a',
        { href: `#run=${encodeURIComponent(id)}`, 'aria-label': t('chips.replayOf', { run: id }) },
        t('chips.replay'),
      ),
      run.html === false
        ? h(
            'a',
            { href: address, target: '_blank', rel: 'noopener', 'aria-label': `${t('runs.json')}, ${id}` },
            t('runs.json'),
          )
        : h(
            'a',
            {
              class: 'run-report',
              href: `${address}?format=html`,
              target: '_blank',
              rel: 'noopener',
              'aria-label': `${t('kept.report')}, ${id}`,
            },
            t('kept.report'),
          ),
      createRemove(context, id, () => remove(id, row.sectionRowIndex)),
    ),
  )
  return row
}

/** A button that forgets a run at its second press; it goes back to where it was when it loses the focus. @param {import('./page.js').Context} context @param {string} id @param {() => void} act */
function createRemove({ i18n: { t } }, id, act) {
  const button = h('button', { type: 'button', class: 'quiet run-remove' }, t('runs.remove'))
  let isSure = false
  const ask = (/** @type {boolean} */ on) => {
    isSure = on
    say(button, on ? t('runs.removeSure', { run: id }) : t('runs.remove'))
    mark(button, 'data-sure', on)
    mark(button, 'aria-label', on ? null : t('runs.removeOne', { run: id }))
  }
  button.addEventListener('click', () => (isSure ? act() : ask(true)))
  button.addEventListener('blur', () => ask(false))
  ask(false)
  return button
}

/** How fast it was sent, at which fail rate, and what was set for all circuits. @param {any} run @param {Words} words */
function settingsOf({ requests, load, failRate, circuit = {} }, words) {
  return [
    ...(load && requests > 1 ? [paceOf({ ...load, requests }, words)] : []),
    ...(failRate ? [words('load.fail-rate', { rate: describeRate(failRate, words) })] : []),
    ...Object.entries(circuit).map(([option, value]) => `${option} ${value}`),
  ]
}
