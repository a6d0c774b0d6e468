/** Every form that a result can be written in, by name. What writes one is loaded when it is asked for. */

import type { Look } from './look.ts'
import type { Result } from './result.ts'

/** `text` for people, `json` and `csv` for programs, `md` and `html` to share, `k6` and `locust` to go on with another tool. */
export const FORMATS = ['text', 'json', 'csv', 'md', 'html', 'k6', 'locust'] as const
export type Format = (typeof FORMATS)[number]

/** Writes the whole of a result, ending with a line break. Only `text` heeds the look. */
export type Renderer = (result: Result, look: Look) => string

/** What writes a format. */
export async function rendererOf(format: Format): Promise<Renderer> {
  switch (format) {
    case 'text':
      return (await import('./text/text.ts')).renderText
    case 'json':
      return result => `${JSON.stringify(result)}\n`
    case 'csv':
      return (await import('./csv.ts')).renderCsv
    case 'md':
      return (await import('./markdown.ts')).renderMarkdown
    case 'html':
      return (await import('./html/html.ts')).renderHtml
    case 'locust':
      return (await import('./locust/locust.ts')).renderLocust
    case 'k6':
      return (await import('./k6/k6.ts')).renderK6
  }
}
