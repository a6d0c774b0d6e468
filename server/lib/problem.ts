/** An error that becomes an HTTP answer: what it says, before anybody writes it down. */

/** One thing that is wrong with what was sent: in the body (`pointer`, RFC 6901) or in the query (`parameter`); `code` says it to a program. */
export type Flaw =
  | { readonly pointer: string; readonly detail: string; readonly code?: string }
  | { readonly parameter: string; readonly detail: string }

/** What a problem says. `title` is the status phrase unless given; `detail` is a sentence that says what to do. */
export interface ProblemFields {
  /** HTTP status, 400 to 599. */
  readonly status: number
  readonly detail: string
  readonly title?: string
  readonly errors?: readonly Flaw[]
  /** Headers beside the content's own, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A problem to throw from a handler, or to hand to `next`. */
export class Problem extends Error {
  override name = 'Problem'
  readonly fields: ProblemFields

  constructor(status: number, detail: string, more: Omit<ProblemFields, 'status' | 'detail'> = {}) {
    super(detail)
    this.fields = { ...more, status, detail }
  }
}

/** Text from a request, short enough to be repeated in a sentence. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}
