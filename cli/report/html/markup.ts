/** Writes HTML and SVG safely: everything that is put into a template is escaped unless it is markup already. */

/** Markup that was made by `html`, and may be put into other markup as it is. */
export interface Markup {
  readonly markup: string
}

type Part = string | number | Markup | readonly Markup[] | null

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it must be written within an element or a quoted attribute. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, sign => ENTITIES[sign] ?? sign)
}

/** A template whose parts are escaped; null is nothing, a list of markup is joined. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return {
    markup: strings.map((text, index) => text + (index < parts.length ? written(parts[index] ?? null) : '')).join(''),
  }
}

function written(part: Part): string {
  if (part === null) return ''
  if (typeof part === 'number') return String(Math.round(part * 100) / 100)
  if (typeof part === 'string') return escapeMarkup(part)
  return 'markup' in part ? part.markup : part.map(each => each.markup).join('\n')
}
