import { trustedClientIp } from 'rest-api-key'

/** The load balancer appends its client: `routing.http.xff_header_processing.mode` is `append`. */
export const behindAlb = (subnets: readonly string[]) => trustedClientIp({ trust: subnets })

/** The same with the client's port: `routing.http.xff_client_port.enabled` is `true`. */
export const behindAlbWithPorts = (subnets: readonly string[]) =>
  trustedClientIp({ trust: subnets, ports: true })
