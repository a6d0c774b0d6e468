/** What the page asks of the control plane; every refusal comes back as one sentence. */

import { createSimulations } from './simulations.js'

/** A request of this page to the catalog is given up after so long, in milliseconds. */
const PATIENCE_MS = 2_000

/** A refusal of the server, with the sentence that it gave. */
export class Refused extends Error {
  /** @param {string} message @param {number} status 0 where the server was not reached @param {string} [code] says it to a program */
  constructor(message, status, code = '') {
    super(message)
    this.status = status
    this.code = code
  }
}

/**
 * @param {() => string} sessionNow
 * @param {import('./keyring.js').Keyring} keyring
 * @param {() => boolean} [isOpen] everybody may read
 */
export function controlPlane(sessionNow, keyring, isOpen = () => false) {
  /** @param {string} method @param {string} path @param {unknown} [body] @param {boolean} [inSession] @param {AbortSignal | null} [signal] @param {string} [session] */
  const ask = async (method, path, body, inSession = true, signal = null, session = sessionNow()) => {
    const url =
      inSession && session !== 'default'
        ? `${path}${path.includes('?') ? '&' : '?'}session=${encodeURIComponent(session)}`
        : path
    /** @type {Record<string, string>} */
    const headers = { accept: 'application/json' }
    if (method !== 'GET') headers['x-chaos-origin'] = 'web'
    if (body !== undefined)
      headers['content-type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const request = { method, signal, body: body === undefined ? null : JSON.stringify(body) }
    let response = new Response()
    const bearers = method === 'GET' && isOpen() ? keyring.readers : keyring.bearers(inSession ? session : null)
    for (const bearer of bearers) {
      if (bearer) headers.authorization = `Bearer ${bearer}`
      try {
        response = await fetch(url, { ...request, headers })
      } catch {
        throw new Refused('', 0)
      }
      if (response.status !== 401) break
    }
    const answer = await response.json().catch(() => null)
    if (response.ok) return answer
    const detail = answer?.errors?.[0]?.detail ?? answer?.detail ?? answer?.title ?? response.statusText
    throw new Refused(String(detail), response.status, answer?.errors?.[0]?.code)
  }

  /** Of an experiment: it belongs to the page's session. */
  const ownSession = () => (sessionNow() === 'default' ? {} : { session: sessionNow() })
  /** @type {import('./simulations.js').Simulate} */
  const simulate = (spec, days, signal) => {
    const body = { ...spec, ...ownSession(), simulate: true, ...(days === null ? {} : { days }) }
    return ask('POST', '/experiments', body, false, signal)
  }

  return {
    /** Asks for a product as any client would, in the page's session; whether a good answer came. */
    product: async () => {
      const session = sessionNow()
      try {
        const response = await fetch('/catalogs/155568600', {
          cache: 'no-store',
          headers: session === 'default' ? {} : { 'x-chaos-session': session },
          signal: AbortSignal.timeout(PATIENCE_MS),
        })
        await response.json()
        return response.ok
      } catch {
        return false
      }
    },
    /** @param {number} failRate percent */
    setRate: failRate => ask('PUT', '/chaos/fail-rate', { failRate }),
    /** @param {string} length such as `10s` */
    declareOutage: length => ask('POST', '/chaos/outages', { for: length }),
    endOutage: () => ask('DELETE', '/chaos/outages'),
    /** The newest requests of the page's session. @param {string} outcome an empty text for all @param {number} limit */
    journal: (outcome, limit) =>
      ask('GET', `/chaos/requests?limit=${limit}${outcome === '' ? '' : `&outcome=${encodeURIComponent(outcome)}`}`),
    reset: () => ask('POST', '/chaos/reset', {}),
    scenarios: () => ask('GET', '/chaos/scenarios'),
    /** @param {string} name */
    runScenario: name => ask('POST', `/chaos/scenarios/${encodeURIComponent(name)}/runs`, {}),
    /** @param {string} id */
    stopScenario: id => ask('DELETE', `/chaos/runs/${encodeURIComponent(id)}`),
    sessions: () => ask('GET', '/chaos/sessions', undefined, false),
    /** @param {string} id */
    addSession: id => ask('POST', '/chaos/sessions', { id }, false),
    keptRuns: () => ask('GET', '/runs?limit=100', undefined, false),
    /** @param {string} id */
    removeRun: id => ask('DELETE', `/runs/${encodeURIComponent(id)}`, undefined, false),
    /** @param {string} before @param {string} after */
    diffRuns: (before, after) => ask('GET', `/runs/diff?${new URLSearchParams({ before, after })}`, undefined, false),
    /** Without any key: it is asked for before anybody knows who may read. @returns {Promise<{ join: string | null, openSessions?: boolean, locked?: boolean }>} */
    index: async () => (await fetch('/', { headers: { accept: 'application/json' } })).json(),
    /** @param {string} id */
    session: id => ask('GET', `/chaos/sessions/${encodeURIComponent(id)}`, undefined, false),
    /** Makes a session of that name; of an id that was had before where one is given. @param {string} name @param {string} [id] */
    join: (name, id) => ask('POST', '/chaos/sessions', id === undefined ? { name } : { id, name }, false),
    /** Lets nobody see the name of a session, or everybody again. @param {string} id @param {boolean} hidden */
    hideName: (id, hidden) => ask('PATCH', `/chaos/sessions/${encodeURIComponent(id)}`, { hidden }, false),
    /** @param {string} id */
    removeSession: id => ask('DELETE', `/chaos/sessions/${encodeURIComponent(id)}`, undefined, false),
    /** @param {string} id @param {string} name */
    renameSession: (id, name) => ask('PATCH', `/chaos/sessions/${encodeURIComponent(id)}`, { name }, true, null, id),
    polls: () => ask('GET', '/polls', undefined, false),
    /** @param {string} asks @param {string[]} choices */
    askRoom: (asks, choices) => ask('POST', '/polls', { asks, choices }, false),
    /** @param {string} id @param {{ open?: boolean, answer?: number }} change */
    changePoll: (id, change) => ask('PATCH', `/polls/${encodeURIComponent(id)}`, change, false),
    /** @param {string} id */
    forgetPoll: id => ask('DELETE', `/polls/${encodeURIComponent(id)}`, undefined, false),
    /** In a session of one's own; who has none and needs one is given one. @param {string} id @param {number} choice */
    vote: async (id, choice) => {
      /** @param {string | undefined} session */
      const send = session => ask('PUT', `/polls/${encodeURIComponent(id)}/vote`, { choice }, true, null, session)
      const own = keyring.sessions.at(-1)
      try {
        return await send(own)
      } catch (error) {
        if (own !== undefined || !(error instanceof Refused) || error.status !== 401) throw error
        const guest = `guest-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`
        const { key } = await ask('POST', '/chaos/sessions', { id: guest }, false)
        keyring.keep(guest, key)
        return send(guest)
      }
    },
    lessons: () => ask('GET', '/lessons', undefined, false),
    /** Which expectations a kept run meets. @param {string} id @param {readonly string[]} texts */
    judgeRun: (id, texts) => {
      const query = new URLSearchParams([...new Set(texts)].map(text => ['expect', text]))
      return ask('GET', `/runs/${encodeURIComponent(id)}/expectations?${query}`, undefined, false)
    },
    challenges: () => ask('GET', '/challenges', undefined, false),
    /** @param {string} id @param {string} language */
    challenge: (id, language) =>
      ask('GET', `/challenges/${encodeURIComponent(id)}?lang=${encodeURIComponent(language)}`, undefined, false),
    /** Begins to judge the client in the session. */
    startChallenge: (language = 'en', exam = /** @type {string | undefined} */ (undefined)) =>
      ask('POST', `/challenges?lang=${language}`, exam === undefined ? {} : { exam }),
    /** @param {string} id */
    endChallenge: id => ask('DELETE', `/challenges/${encodeURIComponent(id)}`),
    /** @param {string} id */
    hideChallenge: id => ask('PATCH', `/challenges/${encodeURIComponent(id)}`, { hidden: true }),
    /** Takes the name beside a result back. @param {string} id */
    hideChallengeName: id => ask('PATCH', `/challenges/${encodeURIComponent(id)}`, { name: null }),
    /** @param {string} id */
    keptRun: id => ask('GET', `/runs/${encodeURIComponent(id)}`, undefined, false),
    presets: () => ask('GET', '/experiments/presets', undefined, false),
    experiments: () => ask('GET', '/experiments', undefined, false),
    /** @param {Record<string, unknown>} spec */
    startExperiment: spec => ask('POST', '/experiments', { ...spec, ...ownSession() }, false),
    /** What experiments would come to, from the settings of the page's session. @param {import('./simulations.js').Listeners} listeners */
    simulations: listeners => createSimulations(simulate, listeners),
    /** @param {string} id */
    stopExperiment: id => ask('DELETE', `/experiments/${encodeURIComponent(id)}`, undefined, false),
  }
}

/** @typedef {ReturnType<typeof controlPlane>} ControlPlane */
