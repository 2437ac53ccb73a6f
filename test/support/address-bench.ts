import ipaddr from 'ipaddr.js'
import {
  authorizationFor,
  createAuthorizer,
  type DecisionFacts,
  type KeyStore,
  type MemoryKeySeed,
  memoryStore,
} from 'rest-api-key'
import { onTestFinished } from 'vitest'
import { type Api, type Framework, type Listening, type RunningApi, startApi } from './http-api.js'
import { RawConnection } from './http-client.js'

/** How a request fares, by two keys that tell one address from all others. */
export interface Observed {
  /** What `onDecision` was told. */
  readonly ip: string | undefined
  /** Of a key that lists the expected address only, if one is expected. */
  readonly listed?: number
  /** Of a key that lists every other address. */
  readonly unlisted: number
}

/** What becomes of requests from an address. */
export function fares(ip: string | undefined): Observed {
  return ip === undefined ? { ip, unlisted: 401 } : { ip, unlisted: 401, listed: 200 }
}

export interface AddressBench {
  readonly api: RunningApi
  /** How requests with these header lines fare. */
  observe(
    connection: RawConnection,
    lines: readonly string[],
    expected: string | undefined,
  ): Promise<Observed>
}

/**
 * A store with two keys for each address, one that lists nothing else and one that lists everything else, and with the keys
 * `ANYWHERE`, which lists everything, and `FREE`, which lists nothing.
 */
export function storeOfAddresses(addresses: readonly string[]): KeyStore {
  const keyOf = (referenceId: string, allowedIps?: readonly string[]): MemoryKeySeed => ({
    referenceId,
    tenantId: 'acme',
    ...(allowedIps && { allowedIps }),
  })
  return memoryStore({
    keys: [
      keyOf('FREE'),
      keyOf('ANYWHERE', ['0.0.0.0/0', '::/0']),
      ...addresses.flatMap((address) => [
        keyOf(`ONLY-${nameOf(address)}`, [address]),
        keyOf(`OTHERS-${nameOf(address)}`, othersThan(address)),
      ]),
    ],
  })
}

function othersThan(text: string): string[] {
  const address = ipaddr.process(text)
  const neighbour = (step: 1 | -1) => {
    const bytes = address.toByteArray()
    // No address of the tests ends in the lowest or the highest byte.
    bytes[bytes.length - 1] = (bytes.at(-1) as number) + step
    return ipaddr.fromByteArray(bytes).toString()
  }
  return address.kind() === 'ipv4'
    ? [`0.0.0.0-${neighbour(-1)}`, `${neighbour(1)}-255.255.255.255`, '::/0']
    : [`::-${neighbour(-1)}`, `${neighbour(1)}-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff`, '0.0.0.0/0']
}

/** An address in the characters of a Reference ID. */
function nameOf(address: string): string {
  return address.replaceAll(':', '_')
}

/** An API whose keys are those of {@link storeOfAddresses}. It lasts as long as the test. */
export async function startAddressBench(
  framework: Framework,
  store: KeyStore,
  api: Pick<Api, 'trust' | 'ip'>,
  listening?: Listening,
): Promise<AddressBench> {
  const facts: DecisionFacts[] = []
  const authorizer = createAuthorizer({ store, onDecision: (_, fact) => facts.push(fact) })
  const running = await startApi(framework, { authorizer, tenant: 'acme', ...api }, listening)
  onTestFinished(() => running.close())
  return {
    api: running,
    async observe(connection, lines, expected) {
      const statusOf = async (referenceId: string) => {
        const authorization = `Authorization: ${authorizationFor(referenceId)}`
        return (await connection.request({ lines: [authorization, ...lines] })).status
      }
      facts.length = 0
      const unlisted = await statusOf(expected === undefined ? 'ANYWHERE' : `OTHERS-${nameOf(expected)}`)
      const ip = facts[0]?.ip
      if (expected === undefined) return { ip, unlisted }
      return { ip, unlisted, listed: await statusOf(`ONLY-${nameOf(expected)}`) }
    },
  }
}

/** A connection that lasts as long as the test. */
export async function open(...where: Parameters<typeof RawConnection.open>): Promise<RawConnection> {
  const connection = await RawConnection.open(...where)
  onTestFinished(() => connection.close())
  return connection
}
