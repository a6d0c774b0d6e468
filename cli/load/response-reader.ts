/**
 * Reads answers of HTTP/1.1 (RFC 9112) from the bytes of one connection, one answer at a time and as they come. Strict: what
 * could be read in two ways is malformed. It holds no bytes but those of a head that has not come whole.
 */

import { maxHeaderSize } from 'node:http'

/** What the head of an answer says. It holds until the next answer begins. */
export interface ResponseHead {
  readonly status: number
  /** Empty where it does not say. */
  readonly contentType: string
  /** It is compressed. */
  readonly encoded: boolean
  /** The next three are read of redirects and errors only. */
  readonly location: string
  readonly retryAfter: string | undefined
  readonly date: string | undefined
}

/** What is told of an answer, in the order in which it comes; the end is what `read` and `end` return. */
export interface ResponseListener {
  onHead(head: ResponseHead): void
  /** Bytes of the body, which belong to the reader: they change after the call. `whole` says that this is all of the body. */
  onBody(bytes: Buffer, whole: boolean): void
}

/** Bytes of a head, of the trailers or of the line of a chunk at the most: 16 KiB, or `--max-http-header-size` of Node.js. */
const MAX_HEAD_BYTES = maxHeaderSize

/** What comes next. */
const HEAD = 0
/** So many bytes of the body. */
const BODY = 1
/** The body, up to the end of the connection. */
const REST = 2
/** The line that says how long the next chunk is. */
const CHUNK_LINE = 3
const CHUNK = 4
/** The end of the line after a chunk. */
const CHUNK_END = 5
/** Lines after the last chunk. */
const TRAILERS = 6
const OVER = 7

/** Where something does not end within the bytes that are there, or is malformed. */
const INCOMPLETE = -1
const MALFORMED = -2

const [CR, LF, SPACE, TAB, COLON] = [13, 10, 32, 9, 58]

/** By byte: whether it may stand in the name of a header (RFC 9110, 5.6.2), and whether in a value. */
const IN_NAME = new Uint8Array(256)
const IN_VALUE = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  IN_NAME[byte] = /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(byte)) ? 1 : 0
  IN_VALUE[byte] = byte === TAB || (byte >= SPACE && byte !== 127) ? 1 : 0
}

export class ResponseReader implements ResponseHead {
  status = 0
  contentType = ''
  encoded = false
  location = ''
  retryAfter: string | undefined
  date: string | undefined
  /** Whether the connection carries another request when this answer is over. */
  keepsAlive = true
  /** Seconds for which the server keeps an unused connection; -1 where it does not say. */
  keptSeconds = -1
  readonly #listener: ResponseListener
  #next = HEAD
  #answersHead = false
  #length = -1
  #coding = ''
  /** The head says that the connection closes, whatever else it says of it. */
  #closes = false
  #left = 0
  #held: Buffer | null = null
  #failing = false
  /** What hardly ever changes is not read anew. */
  #lastType = ''
  #lastConnection = ''
  #lastKeepAlive = ''
  #lastSeconds = -1

  constructor(listener: ResponseListener) {
    this.#listener = listener
  }

  /** From here on the next answer is read. @param answersHead whether it answers HEAD, and has no body */
  begin(answersHead: boolean): void {
    this.#next = HEAD
    this.#answersHead = answersHead
    this.#held = null
    this.status = 0
  }

  /** Reads the first `length` of `bytes`: true when the answer is over, false where more is to come, null where it is malformed. */
  read(bytes: Buffer, length: number): boolean | null {
    let [from, to, all] = [0, length, bytes]
    if (this.#held !== null) {
      all = Buffer.concat([this.#held, bytes.subarray(0, length)])
      to = all.length
      this.#held = null
    }
    while (from < to && this.#next !== OVER) {
      const at = this.#step(all, from, to)
      if (at === MALFORMED) return null
      if (at === INCOMPLETE) {
        if (to - from > MAX_HEAD_BYTES) return null
        this.#held = Buffer.from(all.subarray(from, to))
        return false
      }
      from = at
    }
    // Whoever says more than was asked for is not listened to any longer.
    if (from < to) this.keepsAlive = false
    return this.#next === OVER
  }

  /** The connection has ended politely: whether that is the end of the answer, too. */
  end(): boolean {
    return this.#next === REST
  }

  /** Reads one part of an answer. @returns where the next begins */
  #step(bytes: Buffer, from: number, to: number): number {
    switch (this.#next) {
      case HEAD: {
        // Empty lines before an answer, left behind by the body of the one before it.
        if (bytes[from] === CR) {
          const line = lineEnd(bytes, from, to)
          return line < 0 ? line : line + 2
        }
        const end = this.#head(bytes, from, to)
        if (end - from > MAX_HEAD_BYTES) return MALFORMED
        return end < 0 ? end : this.#afterHead(end)
      }
      case CHUNK_LINE:
        return this.#chunkLine(bytes, from, to)
      case CHUNK_END:
        if (bytes[from] !== CR) return MALFORMED
        if (from + 1 === to) return INCOMPLETE
        this.#next = CHUNK_LINE
        return bytes[from + 1] === LF ? from + 2 : MALFORMED
      case TRAILERS: {
        const end = this.#headers(bytes, from, to, false)
        if (end >= 0) this.#next = OVER
        return end
      }
      default:
        return this.#body(bytes, from, to)
    }
  }

  #body(bytes: Buffer, from: number, to: number): number {
    const end = this.#next === REST ? to : Math.min(to, from + this.#left)
    const whole = this.#next === BODY && end - from === this.#length
    this.#left -= end - from
    if (this.#left === 0) this.#next = this.#next === CHUNK ? CHUNK_END : OVER
    this.#listener.onBody(bytes.subarray(from, end), whole)
    return end
  }

  /** The line before a chunk: its length in hexadecimal digits, and extensions that nobody reads. */
  #chunkLine(bytes: Buffer, from: number, to: number): number {
    const end = lineEnd(bytes, from, to)
    if (end < 0) return end
    const digits = /^0*([\da-f]{1,12})[ \t]*(?:;.*)?$/i.exec(bytes.toString('latin1', from, end))?.[1]
    if (digits === undefined) return MALFORMED
    this.#left = Number.parseInt(digits, 16)
    this.#next = this.#left === 0 ? TRAILERS : CHUNK
    return end + 2
  }

  #afterHead(end: number): number {
    const { status } = this
    if (status < 200) {
      this.status = 0
      // Another protocol, which nobody asked for.
      return status === 101 ? MALFORMED : end
    }
    const chunked = this.#coding !== '' && /(^|[, \t])chunked[, \t]*$/i.test(this.#coding)
    if (this.#coding !== '' && this.#length >= 0) return MALFORMED
    if (this.#answersHead || status === 204 || status === 304 || (this.#length === 0 && !chunked)) this.#next = OVER
    else if (chunked) this.#next = CHUNK_LINE
    else if (this.#length > 0) {
      this.#next = BODY
      this.#left = this.#length
    } else {
      this.#next = REST
      this.#left = Number.POSITIVE_INFINITY
      this.keepsAlive = false
    }
    this.#listener.onHead(this)
    return end
  }

  /** The status line and the headers. */
  #head(bytes: Buffer, from: number, to: number): number {
    this.contentType = ''
    this.encoded = false
    this.location = ''
    this.retryAfter = undefined
    this.date = undefined
    this.keptSeconds = -1
    this.#length = -1
    this.#coding = ''
    this.#closes = false
    for (let at = 0; at < VERSION.length && from + at < to; at++) {
      if (bytes[from + at] !== VERSION.charCodeAt(at)) return MALFORMED
    }
    const end = lineEnd(bytes, from, to)
    if (end < 0) return end
    const minor = bytes[from + VERSION.length]
    const status = digits(bytes, from + 9, from + 12)
    if (end < from + 12 || (minor !== 0x30 && minor !== 0x31) || bytes[from + 8] !== SPACE) return MALFORMED
    if (!(status >= 100) || (end > from + 12 && bytes[from + 12] !== SPACE)) return MALFORMED
    this.keepsAlive = minor === 0x31
    this.#failing = status >= 300
    const next = this.#headers(bytes, end + 2, to, true)
    // Until the head is whole there is no answer.
    if (next >= 0) this.status = status
    return next
  }

  /** Lines of headers, up to the empty one. */
  #headers(bytes: Buffer, from: number, to: number, reads: boolean): number {
    for (let at = from; ; ) {
      if (at >= to) return INCOMPLETE
      const start = at
      while (at < to && IN_NAME[bytes[at] ?? 0] === 1) at++
      if (at === to) return INCOMPLETE
      if (at === start) {
        if (bytes[at] !== CR) return MALFORMED
        if (at + 1 === to) return INCOMPLETE
        return bytes[at + 1] === LF ? at + 2 : MALFORMED
      }
      if (bytes[at] !== COLON) return MALFORMED
      const end = lineEnd(bytes, at + 1, to)
      if (end < 0) return end
      if (reads && !this.#header(bytes, start, at, end)) return MALFORMED
      at = end + 2
    }
  }

  /** Takes note of a header: its name is from `start` to `colon`, its value from there to `end`. @returns false where it is malformed */
  #header(bytes: Buffer, start: number, colon: number, end: number): boolean {
    switch (colon - start) {
      case 4:
        if (this.#failing && isNamed(bytes, start, 'date')) this.date = textOf(bytes, colon, end)
        break
      case 8:
        if (this.#failing && isNamed(bytes, start, 'location')) this.location = textOf(bytes, colon, end)
        break
      case 10:
        if (isNamed(bytes, start, 'connection')) this.#readConnection(bytes, colon, end)
        else if (isNamed(bytes, start, 'keep-alive')) this.#readKeepAlive(bytes, colon, end)
        break
      case 11:
        if (this.#failing && isNamed(bytes, start, 'retry-after')) this.retryAfter = textOf(bytes, colon, end)
        break
      case 12:
        if (isNamed(bytes, start, 'content-type')) {
          this.#lastType = textOf(bytes, colon, end, this.#lastType)
          this.contentType = this.#lastType
        }
        break
      case 14:
        if (isNamed(bytes, start, 'content-length')) return this.#readLength(bytes, colon, end)
        break
      case 16:
        if (isNamed(bytes, start, 'content-encoding')) this.encoded = !/^(identity)?$/i.test(textOf(bytes, colon, end))
        break
      case 17:
        if (isNamed(bytes, start, 'transfer-encoding')) this.#readCoding(bytes, colon, end)
    }
    return true
  }

  #readConnection(bytes: Buffer, colon: number, end: number): void {
    this.#lastConnection = textOf(bytes, colon, end, this.#lastConnection)
    if (CLOSE.test(this.#lastConnection)) this.#closes = true
    if (this.#closes) this.keepsAlive = false
    else if (KEEP_ALIVE.test(this.#lastConnection)) this.keepsAlive = true
  }

  /** Several lines are one list. */
  #readCoding(bytes: Buffer, colon: number, end: number): void {
    const text = textOf(bytes, colon, end)
    this.#coding = this.#coding === '' ? text : `${this.#coding}, ${text}`
  }

  #readKeepAlive(bytes: Buffer, colon: number, end: number): void {
    const text = textOf(bytes, colon, end, this.#lastKeepAlive)
    if (text !== this.#lastKeepAlive) this.#lastSeconds = Number(/\btimeout=(\d{1,9})/i.exec(text)?.[1] ?? -1)
    this.#lastKeepAlive = text
    this.keptSeconds = this.#lastSeconds
  }

  /** Digits and nothing else, and not twice. */
  #readLength(bytes: Buffer, colon: number, end: number): boolean {
    let [from, to] = [colon + 1, end]
    while (isBlank(bytes[from])) from++
    while (to > from && isBlank(bytes[to - 1])) to--
    const length = from < to && to - from < 16 ? digits(bytes, from, to) : Number.NaN
    if (this.#length >= 0 || !(length >= 0)) return false
    this.#length = length
    return true
  }
}

/** Where the line ends that goes on at `from`: before CR and LF. */
function lineEnd(bytes: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && IN_VALUE[bytes[at] ?? 0] === 1) at++
  if (at < to && bytes[at] !== CR) return MALFORMED
  if (at + 1 >= to) return INCOMPLETE
  return bytes[at + 1] === LF ? at : MALFORMED
}

/** Whether a name is the wanted one, in whatever case it is written; both are of the same length. */
function isNamed(bytes: Buffer, start: number, wanted: string): boolean {
  for (let at = 0; at < wanted.length; at++) {
    const byte = bytes[start + at] ?? 0
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== wanted.charCodeAt(at)) return false
  }
  return true
}

/** The value after a colon, without the blanks around it: `last` itself where it is the same, as it hardly ever changes. */
function textOf(bytes: Buffer, colon: number, end: number, last = ''): string {
  let [from, to] = [colon + 1, end]
  while (isBlank(bytes[from])) from++
  while (to > from && isBlank(bytes[to - 1])) to--
  let at = to - from === last.length ? 0 : -1
  while (at >= 0 && at < last.length) at = bytes[from + at] === last.charCodeAt(at) ? at + 1 : -1
  return at < 0 ? bytes.toString('latin1', from, to) : last
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB
}

/** The number that these digits are; NaN where something else is among them. */
function digits(bytes: Buffer, from: number, to: number): number {
  let value = 0
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 0x30
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN
  }
  return value
}

const VERSION = 'HTTP/1.'
/** Words of a list. */
const CLOSE = /(^|[, \t])close($|[, \t])/i
const KEEP_ALIVE = /(^|[, \t])keep-alive($|[, \t])/i
