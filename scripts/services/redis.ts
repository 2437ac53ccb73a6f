import { findProgram, programOf } from './programs.js'
import type { Sandbox } from './sandbox.js'
import type { Service } from './service.js'

export const redis: Service = {
  name: 'redis',
  variable: 'TEST_REDIS_URL',
  packages: ['redis-server'],
  ports: 1,
  stopSignal: 'SIGTERM',

  isInstalled: isRedisInstalled,

  async start(sandbox, ports, settings = []) {
    const [port] = ports as [number]
    await startNode(sandbox, port, ...settings)
    return `redis://127.0.0.1:${port}`
  },
}

export function isRedisInstalled(): boolean {
  return findProgram('redis-server') !== undefined && findProgram('redis-cli') !== undefined
}

export async function startNode(sandbox: Sandbox, port: number, ...more: readonly string[]): Promise<void> {
  await sandbox.serve(
    async () => (await ask(sandbox, port, 'PING')) === 'PONG',
    programOf('redis-server'),
    ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', sandbox.folder],
    ...['--save', '', '--appendonly', 'no', ...more],
  )
}

export async function ask(sandbox: Sandbox, port: number, ...command: readonly string[]): Promise<string> {
  return (await sandbox.run(programOf('redis-cli'), '-h', '127.0.0.1', '-p', `${port}`, ...command)).trim()
}
