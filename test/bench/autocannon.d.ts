/** The part of autocannon that the benchmarks use. */

declare module 'autocannon' {
  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration?: number
    /** Requests, in place of a duration. */
    amount?: number
    /** Requests in line on a connection. */
    pipelining?: number
    /** Milliseconds. */
    sampleInt?: number
    requests?: { path: string }[]
  }
  interface Result {
    requests: { total: number; sent: number }
    /** Seconds that it really took. */
    duration: number
    errors: number
    timeouts: number
  }
  export default function autocannon(options: Options): Promise<Result>
}
