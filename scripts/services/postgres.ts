import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, programOf } from './programs.js'
import type { Service } from './service.js'

const versions = '/usr/lib/postgresql'

export const postgres: Service = {
  name: 'postgres',
  variable: 'TEST_POSTGRES_URL',
  packages: ['postgresql'],
  ports: 1,
  user: 'postgres',
  stopSignal: 'SIGINT',

  isInstalled: () => findProgram('initdb', folders()) !== undefined,

  async start(sandbox, [port], settings = []) {
    const data = join(sandbox.folder, 'data')
    await sandbox.run(
      programOf('initdb', folders()),
      ...['--pgdata', data, '--username', 'postgres', '--auth', 'trust', '--no-sync'],
      // A language's order instead of that of the bytes: the harder case for whatever compares texts.
      ...['--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'icu', '--icu-locale', 'en-US'],
    )
    const own = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      'unix_socket_directories=',
      'max_connections=300',
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
    ]
    const isReady = async () => {
      await sandbox.run(
        programOf('pg_isready', folders()),
        ...['--quiet', '--host', '127.0.0.1', '--port', `${port}`],
      )
      return true
    }
    const args = [...own, ...settings].flatMap((one) => ['-c', one])
    await sandbox.serve(isReady, programOf('postgres', folders()), '-D', data, ...args)
    return `postgres://postgres@127.0.0.1:${port}/postgres`
  },
}

/** Where Debian keeps the programs of each version, the newest first. */
function folders(): string[] {
  if (!existsSync(versions)) return []
  const found = readdirSync(versions).sort((a, b) => Number(b) - Number(a))
  return found.map((version) => join(versions, version, 'bin'))
}
