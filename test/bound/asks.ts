import express from 'express'
import { type Authorizer, authorizationFor } from 'rest-api-key'
import { startApi } from '../support/http-api.js'
import { RawConnection } from '../support/http-client.js'
import { expressOf } from '../support/http-express.js'
import { requestWith } from '../support/key-requests.js'
import type { Ask } from './hot-loop.js'

/** Ways to ask at the same time. */
export interface Asks {
  readonly asks: readonly Ask[]
  close(): Promise<void>
}

const directLanes = 4
const connections = 16

/** Calls the authorizer itself. */
export function directAsks(authorizer: Authorizer): Asks {
  async function ask(referenceId: string) {
    const decision = await authorizer.authorize(requestWith(referenceId))
    if (decision.allowed) return 'allowed'
    return decision.reason === 'store_unavailable' ? 'unavailable' : 'refused'
  }
  return { asks: Array.from({ length: directLanes }, () => ask), close: async () => {} }
}

/** Sends requests to an Express application of this process, each lane over a connection that stays open. */
export async function httpAsks(authorizer: Authorizer): Promise<Asks> {
  const api = await startApi(expressOf('Express', express), { authorizer, tenant: 'acme' })
  const open = await Promise.all(Array.from({ length: connections }, () => RawConnection.open(api.at)))
  return {
    asks: open.map((connection) => async (referenceId) => {
      const lines = [`Authorization: ${authorizationFor(referenceId)}`]
      const { status } = await connection.request({ lines })
      if (status === 200) return 'allowed'
      if (status === 401) return 'refused'
      if (status === 503) return 'unavailable'
      throw new Error(`The answer has status ${status}`)
    }),
    async close() {
      for (const connection of open) connection.close()
      await api.close()
    },
  }
}
