/** A kept run, drawn from its result: what was run, the verdict, the figures, the trouble and what happened meanwhile. */

/** @import { Words } from '../wording/words.js' */
/** @import { Column } from './result-table.js' */

import { describeRun, titleOf } from '../wording/run.js'
import { eventLines, inWords, troubleName } from '../wording/sentences.js'
import { spanOf } from '../wording/spans.js'
import { h } from './dom.js'
import { createResultTable } from './result-table.js'

/**
 * @param {import('./page.js').Context} context
 * @param {string} id
 * @param {any} result as the server keeps it
 * @param {Words} words
 * @param {boolean} hasPage whether it was kept with its page
 */
export function createKeptRun(context, id, result, words, hasPage) {
  const { t, date, seconds } = context.i18n
  const address = `/runs/${encodeURIComponent(id)}`
  const { text, hint, isForeign } = verdictOf(result.verdict, words, context.i18n.language)
  const events = eventLines(result, words)
  const spells = /** @type {{ fromMs: number, toMs: number, what: string }[]} */ (result.trouble)
  const outside = { target: '_blank', rel: 'noopener' }
  return h(
    'article',
    { class: 'kept-run', 'aria-labelledby': 'kept-run-title' },
    h('a', { class: 'link', href: '#runs' }, t('kept.back')),
    h(
      'header',
      { class: 'view-head' },
      h(
        'div',
        null,
        h('h2', { id: 'kept-run-title', tabindex: '-1' }, `${id}: ${result.title ?? titleOf(result, words)}`),
        h('p', null, describeRun(result, result.arms.length > 1 ? '-an-arm' : '', words)),
        h('p', { class: 'by' }, date(result.startedAt), result.interrupted ? `, ${t('kept.interrupted')}` : ''),
      ),
      h(
        'div',
        { class: 'kept-links', role: 'group', 'aria-label': t('kept.links') },
        h('a', { class: 'button', href: `#run=${encodeURIComponent(id)}` }, t('kept.replay')),
        hasPage
          ? h('a', { class: 'link run-report', href: `${address}?format=html`, ...outside }, t('kept.report'))
          : null,
        h('a', { class: 'link', href: address, ...outside }, t('runs.json')),
      ),
    ),
    hasPage
      ? null
      : h(
          'p',
          { class: 'by kept-without' },
          `${t('kept.withoutPage')} `,
          h('code', { class: 'command' }, `npx chaos report ${id} -o ${id}.html --url ${context.origin}`),
        ),
    h('p', { class: 'verdict', lang: isForeign ? 'en' : null }, text),
    hint === '' ? null : h('p', { class: 'by kept-hint', lang: isForeign ? 'en' : null }, hint),
    createResultTable(columnsOf(result), words, t('kept.figures')),
    section(
      t('kept.trouble'),
      t('kept.noTrouble'),
      spells.map(({ what, fromMs, toMs }) =>
        t('kept.spell', { what: troubleName(what, words), from: seconds(fromMs), to: seconds(toMs) }),
      ),
    ),
    section(t('arms.changes'), t('kept.noChanges'), events),
    (result.expectations ?? []).length === 0
      ? null
      : section(
          words('report.expectations'),
          '',
          result.expectations.map(
            (/** @type {any} */ each) =>
              `${words(each.passed ? 'expect.met' : 'expect.failed')}: ${each.text} (${words('expect.measured')} ${each.measured})`,
          ),
        ),
  )
}

/** @param {string} title @param {string} none @param {readonly string[]} lines */
function section(title, none, lines) {
  return h(
    'section',
    { class: 'kept-section' },
    h('h3', null, title),
    lines.length === 0 ? h('p', { class: 'by' }, none) : h('ul', null, ...lines.map(line => h('li', null, line))),
  )
}

/**
 * What a verdict says in the language of the page: by its codes, or as it was kept by a version that had none.
 * @param {any} verdict
 * @param {Words} words
 * @param {string} language
 */
export function verdictOf(verdict, words, language) {
  const { code, figures, more, advice } = verdict
  const isCoded = code !== undefined && figures && more && advice
  return isCoded
    ? { ...inWords({ code, figures, more, advice }, words), isForeign: false }
    : { text: String(verdict.text), hint: String(verdict.hint), isForeign: language !== 'en' }
}

/** @param {any} result @returns {Column[]} */
function columnsOf(result) {
  return result.arms.map((/** @type {any} */ arm) => {
    const difference = (result.differences ?? []).find((/** @type {any} */ one) => one.arm === arm.name)
    const span = (/** @type {'usefulPoints' | 'wastedCalls'} */ of) =>
      difference ? spanOf(result, difference, of) : null
    return { ...arm, usefulPoints: span('usefulPoints'), wastedCalls: span('wastedCalls') }
  })
}
