/** Every form that a result can be written in, by name. */

import { renderCsv } from './csv.ts'
import type { Format } from './format-names.ts'
import { renderHtml } from './html/html.ts'
import { renderK6 } from './k6/k6.ts'
import type { Look } from './look.ts'
import { renderMarkdown } from './markdown.ts'
import type { Result } from './result.ts'
import { renderText } from './text/text.ts'

export { FORMATS, type Format } from './format-names.ts'

/** The whole of a result in a format, ending with a line break. Only `text` heeds the look. */
export function renderReport(result: Result, format: Format, look: Look): string {
  switch (format) {
    case 'text':
      return renderText(result, look)
    case 'json':
      return `${JSON.stringify(result)}\n`
    case 'csv':
      return renderCsv(result)
    case 'md':
      return renderMarkdown(result)
    case 'html':
      return renderHtml(result)
    case 'k6':
      return renderK6(result)
  }
}
