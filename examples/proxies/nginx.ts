import { trustedClientIp } from 'rest-api-key'

/** nginx appends its client to the list: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for`. */
export const behindNginx = (proxies: readonly string[]) => trustedClientIp({ trust: proxies })

/** nginx writes its client alone: `proxy_set_header X-Real-IP $remote_addr`. */
export const behindNginxRealIp = (proxies: readonly string[]) =>
  trustedClientIp({ trust: proxies, header: 'x-real-ip', single: true })

/** nginx connects to a Unix socket, so that it has no address of its own; nobody else may open the socket. */
export const behindNginxSocket = () => trustedClientIp({ trust: 1 })
