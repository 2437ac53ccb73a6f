import { trustedClientIp } from 'rest-api-key'

/** Cloudflare connects to the application itself; the blocks are those that it publishes. */
export const behindCloudflare = (blocks: readonly string[]) =>
  trustedClientIp({ trust: blocks, header: 'cf-connecting-ip', single: true })

/** A proxy of yours stands between the two, and appends to the list what Cloudflare has appended to. */
export const behindCloudflareAndProxy = (blocks: readonly string[], proxies: readonly string[]) =>
  trustedClientIp({ trust: [...blocks, ...proxies] })
