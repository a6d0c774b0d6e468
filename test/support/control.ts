/** Speaks to the control plane of a running server. */

export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** The parsed JSON, or undefined where there was none. Tests look into it as they please. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into documents of every shape
  readonly body: any
}

export type Control = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answered>

/** Calls `method path` below the server's address, with a JSON body where one is given. */
export function control({ url }: { readonly url: string }): Control {
  return async (method, path, body, headers = {}) => {
    const type: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const answer = await fetch(url + path, {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
}
