import type * as K from './client-library.ts'

/** What the library's API functions ask of a connection; they use nothing else of it. */
export interface Sender {
  send<Response>(
    apiKey: number,
    version: number,
    makePayload: () => K.Writer | Promise<K.Writer>,
    parse: K.ResponseParser<Response>,
    flexibleRequest: boolean,
    flexibleResponse: boolean,
    done: K.Callback<Response>
  ): void
}

/** A sender in the type that the library declares. */
export function connectionOf(sender: Sender): K.Connection {
  return sender as unknown as K.Connection
}
