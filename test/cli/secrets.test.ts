import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { builtCommand } from '../support/command-line.js'

// Each call is a process.
vi.setConfig({ testTimeout: 60_000 })

const exec = promisify(execFile)
const newProject = builtCommand()

const password = 'Tr0ub4dor-and-3'

describe('a password in the URL of the store', () => {
  const sockets = new Set<Socket>()
  let server: Server

  /** It listens and says nothing. */
  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    server.close()
  })

  it.each([
    ['postgres', ['kysely', 'pg']],
    ['mysql', ['kysely', 'mysql2']],
    ['redis', ['ioredis']],
    ['redis', ['redis']],
  ])(
    'is in no process list while %s with %j connects, and in no message when it fails',
    async (scheme, packages) => {
      const { port } = server.address() as AddressInfo
      const url = `${scheme}://keeper:${password}@127.0.0.1:${port}/0`
      const { child, ended } = newProject(packages, {}).start('rest-api-key', [
        ...['groups', 'list', '--tenant', 'acme', '--store', url],
      ])
      await once(server, 'connection')
      expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').replaceAll('\0', '')).toBe('rest-api-key')
      const { stdout: processes } = await exec('ps', ['-e', '-f', '-w', '-w'])
      expect(processes).toMatch(new RegExp(`\\b${child.pid}\\b.*rest-api-key`))
      expect(processes).not.toContain(password)

      for (const socket of sockets) socket.destroy()
      const { code, stdout, stderr } = await ended
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(
        /^rest-api-key: (?:The key repository failed|The store cannot be opened) \(.*\)\n$/,
      )
      expect(stderr).not.toContain(password)
      expect(stderr).not.toContain('keeper')
    },
  )
})

describe('a Reference ID', () => {
  it('is written once, to the standard output, and never read from an argument', async () => {
    const project = newProject()
    await project.run(['migrate'])
    const group = (await project.run(['groups', 'create', '--name', 'Integrations'])).stdout.trim()
    const created = await project.run(['keys', 'create', '--group', group])
    const referenceId = created.stdout.trim()
    expect(created.stderr).not.toContain(referenceId)
    const calls = [
      ['keys', 'list', '--json'],
      ['audit', '--json'],
      ['keys', 'show', referenceId],
      ['keys', 'explain', referenceId],
      ['keys', 'import', referenceId],
      ['keys', 'import', '--format', 'csv', referenceId],
      ['keys', 'explain', '--reference-id-file', referenceId],
      ['keys', 'explain', `--reference-id=${referenceId}`],
    ]
    for (const args of calls) {
      const { stdout, stderr } = await project.run(args)
      expect(stdout + stderr).not.toContain(referenceId)
    }
  })
})
