import { parseIpAddress } from './ip-address.js'

/** A few clients make most of the requests. */
const maxRemembered = 1_000

/** Reads the address of a client or of a proxy as its units; `undefined` if it is unknown or invalid. */
export type AddressReader = (ip: string | undefined) => string | undefined

/**
 * Reads addresses as `parseIpAddress` does, which takes longer for IPv6 than everything else that a request needs, and
 * remembers some. What is no address is not remembered.
 */
export function createAddressReader(): AddressReader {
  const remembered = new Map<string, string>()
  return (ip) => {
    if (ip === undefined) return undefined
    const known = remembered.get(ip)
    if (known !== undefined) return known
    const units = parseIpAddress(ip)
    if (units === undefined) return undefined
    // Where more clients than that come in turns, to evict one of them for each request would cost more than it saves.
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(ip, units)
    return units
  }
}
