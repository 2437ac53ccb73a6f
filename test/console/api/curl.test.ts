import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { memoryStore } from 'rest-api-key'
import { createConsole } from 'rest-api-key/console'
import { createKeyManager } from 'rest-api-key/management'
import { expect, it } from 'vitest'
import { curlLinesIn } from '../../support/curl.js'
import { jdoe } from './support.js'

it('answers the curl lines of the guide as it says', async () => {
  const guide = await readFile(new URL('../../../docs/administration-api.md', import.meta.url), 'utf8')
  const { fetch } = createConsole({
    manager: createKeyManager({ repository: memoryStore(), authorize: () => true }),
    authenticate: ({ headers }) => (headers.get('cookie') === 'session=s3ss10n' ? jdoe : null),
  })
  const server = serve({ fetch: (request) => fetch(request), port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ids: string[] = []
  try {
    const count = curlLinesIn(guide).length
    expect(count).toBe(11)
    for (let i = 0; i < count; i++) {
      const [groupId = 'GROUP_ID', keyId = 'KEY_ID'] = ids
      const text = guide.replaceAll('http://127.0.0.1:3000', origin)
      const line = curlLinesIn(text.replaceAll('GROUP_ID', groupId).replaceAll('KEY_ID', keyId))[i]
      const response = await line?.send()
      expect(response?.status, line?.comment).toBe(line?.status)
      const location = response?.headers.get('location')
      if (location) ids.push(String(location.split('/').at(-1)))
    }
  } finally {
    server.close()
  }
})
