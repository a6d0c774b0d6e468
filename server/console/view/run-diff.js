/** Two kept runs compared: each arm that both have, how they differ, and what was not the same. */

/** @import { Words } from '../wording/words.js' */

import { h } from './dom.js'
import { createResultTable } from './result-table.js'

/**
 * @param {import('./page.js').Context} context
 * @param {any} diff as the server answers it
 * @param {Words} words
 */
export function createRunDiff(context, diff, words) {
  const { t } = context.i18n
  const [before, after] = /** @type {[string, string]} */ (diff.runs)
  const said = (/** @type {any[]} */ messages) => messages.map(({ code, figures }) => words(code, figures))
  const link = (/** @type {string} */ id) => h('a', { href: addressOf(id) }, id)
  return h(
    'article',
    { class: 'kept-run run-diff', 'aria-labelledby': 'kept-run-title' },
    h('a', { class: 'link', href: '#runs' }, t('kept.back')),
    h(
      'header',
      { class: 'view-head' },
      h(
        'div',
        null,
        h('h2', { id: 'kept-run-title', tabindex: '-1' }, t('diff.title', { before, after })),
        h(
          'p',
          null,
          link(before),
          ' ',
          t('diff.against'),
          ' ',
          link(after),
          '. ',
          ...said(diff.says).flatMap(text => [text, ' ']),
        ),
      ),
      h('a', { class: 'link', href: addressOf(`${after},${before}`) }, t('diff.swap')),
    ),
    ...diff.arms.map((/** @type {any} */ arm) => {
      const name = arm.before === arm.after ? arm.before : words('diff.pair', { before: arm.before, after: arm.after })
      const [from, to] = arm.figures
      const none = { usefulPoints: null, wastedCalls: null }
      const { usefulPoints, wastedCalls } = arm
      return h(
        'section',
        { class: 'kept-section' },
        h('h3', null, name),
        createResultTable(
          [
            { ...from, ...none, name: before },
            { ...to, usefulPoints, wastedCalls, name: after },
          ],
          words,
          name,
        ),
        h('p', { class: 'verdict' }, said(arm.says).join(' ')),
      )
    }),
  )
}

/** @param {string} ids */
function addressOf(ids) {
  return `#runs=${ids}`
}
