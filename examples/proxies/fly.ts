import { trustedClientIp } from 'rest-api-key'

/** Fly Proxy writes the client that it sees; nothing else may reach the port. */
export const behindFly = () => trustedClientIp({ trust: 1, header: 'fly-client-ip', single: true })
