import { join } from 'node:path'
import { findProgram, programOf } from './programs.js'
import type { Service } from './service.js'

export const mariadb: Service = {
  name: 'mariadb',
  variable: 'TEST_MARIADB_URL',
  packages: ['mariadb-server'],
  ports: 1,
  user: 'mysql',
  stopSignal: 'SIGTERM',

  isInstalled: () => findProgram('mariadbd') !== undefined,

  async start(sandbox, [port], settings = []) {
    const data = `--datadir=${join(sandbox.folder, 'data')}`
    await sandbox.run(
      programOf('mariadb-install-db'),
      ...['--no-defaults', data, '--skip-test-db', '--auth-root-authentication-method=normal'],
    )
    const socket = `--socket=${join(sandbox.folder, 'mariadb.sock')}`
    const admin = programOf('mariadb-admin')
    const isReady = async () => {
      await sandbox.run(admin, '--no-defaults', socket, '--user=root', 'ping')
      return true
    }
    await sandbox.serve(
      isReady,
      programOf('mariadbd'),
      ...['--no-defaults', data, socket, '--bind-address=127.0.0.1', `--port=${port}`],
      // Debian's own settings.
      ...['--character-set-server=utf8mb4', '--collation-server=utf8mb4_general_ci'],
      ...['--max-connections=300', '--skip-log-bin', '--skip-name-resolve'],
      ...['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-fast-shutdown=2'],
      ...settings,
    )
    await sandbox.run(admin, '--no-defaults', socket, '--user=root', 'create', 'test')
    return `mysql://root@127.0.0.1:${port}/test`
  },
}
