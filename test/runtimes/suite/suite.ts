import { memoryStore } from 'rest-api-key'
import { migrateToLatest, sqlStore } from 'rest-api-key/sql'
import { type App, createApp, type Fetch } from './app.js'
import { coreCases } from './core-cases.js'
import type { Platform } from './platform.js'
import { runCases } from './run-cases.js'
import { sqlCases } from './sql-cases.js'

export interface Suite {
  /** The small API over keys in memory. */
  readonly memory: App
  /** That, the same over SQLite under `/sql/`, and what runs by itself under `/cases/`, whose results it answers with. */
  readonly fetch: Fetch
}

export function createSuite(platform: Platform): Suite {
  const { lacks = [], sqliteLacks = [] } = platform
  const memory = createApp(platform, memoryStore())
  let sql: Promise<App> | undefined

  async function openSql(): Promise<App> {
    const db = await platform.openDatabase()
    await migrateToLatest(db)
    return createApp(platform, sqlStore(db))
  }

  return {
    memory,
    async fetch(request, handed) {
      const { pathname } = new URL(request.url)
      if (pathname === '/cases/core') return Response.json(await runCases([...coreCases, ...lacks]))
      if (pathname === '/cases/sql') {
        const db = await platform.openDatabase()
        return Response.json(await runCases([...sqlCases(db), ...sqliteLacks]))
      }
      if (!pathname.startsWith('/sql/')) return memory.fetch(request, handed)
      sql ??= openSql()
      return (await sql).fetch(request, handed)
    },
  }
}
