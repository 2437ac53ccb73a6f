import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePorts } from '../../scripts/services/free-ports.js'
import { nginx } from '../../scripts/services/nginx.js'
import { Sandbox } from '../../scripts/services/sandbox.js'
import { RawConnection } from './http-client.js'
import { nginxPath } from './services.js'

/** Where one server of nginx hands its requests on to, and what it makes of them. */
export interface ProxiedServer {
  /** A port of 127.0.0.1 or the path of a Unix socket. */
  readonly to: number | string
  /** Directives of its `location`. */
  readonly directives: readonly string[]
}

/**
 * Starts nginx, in one process and with nothing outside of a temporary folder, and returns the port of each of its servers.
 * It stops when the test has ended.
 *
 * @param serversOf Is given these ports, so that one server can hand on to another.
 */
export async function startNginx(
  count: number,
  serversOf: (ports: readonly number[]) => readonly ProxiedServer[],
): Promise<readonly number[]> {
  const ports = await freePorts(count)
  const sandbox = new Sandbox(nginx, new AbortController().signal)
  onTestFinished(() => sandbox.close())
  const servers = serversOf(ports).map(({ to, directives }, index) => {
    const upstream = typeof to === 'number' ? `127.0.0.1:${to}` : `unix:${to}:`
    return `server {
    listen 127.0.0.1:${ports[index]};
    location / { proxy_pass http://${upstream}; ${directives.map((one) => `${one};`).join(' ')} }
  }`
  })
  writeFileSync(join(sandbox.folder, 'nginx.conf'), configuration(servers))
  const isReady = async () => {
    for (const port of ports) (await RawConnection.open(port)).close()
    return true
  }
  const args = ['-p', sandbox.folder, '-c', join(sandbox.folder, 'nginx.conf'), '-e', 'stderr']
  await sandbox.serve(isReady, nginxPath(), ...args)
  return ports
}

const temporaryFolders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

function configuration(servers: readonly string[]): string {
  return `daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${temporaryFolders.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  ${servers.join('\n  ')}
}
`
}
