/** Undici's client and what makes its connections: with all of undici a burst starts 60 ms later and takes 9 MB more. */

declare module 'undici/lib/dispatcher/client.js' {
  import { Client } from 'undici'
  export default Client
}

declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici'
  export default buildConnector
}
