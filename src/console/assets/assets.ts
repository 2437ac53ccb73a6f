import { Hono } from 'hono'
import { sha256 } from '../../sha256.js'
import type { ConsoleEnv } from '../console-env.js'
import { script } from './script.js'
import { styleSheet } from './style-sheet.js'

/** The files of the console. Their names change with what is in them, so that browsers may keep them. */
export const assets = Object.freeze({
  styleSheet: assetOf('css', 'text/css; charset=utf-8', styleSheet),
  script: assetOf('js', 'text/javascript; charset=utf-8', script),
})

export function assetRoutes(): Hono<ConsoleEnv> {
  const app = new Hono<ConsoleEnv>()
  for (const { name, type, content } of Object.values(assets)) {
    app.get(name, (c) =>
      c.body(content, 200, {
        'content-type': type,
        // Not for caches that others share: even these are served to signed-in users only.
        'cache-control': 'private, max-age=31536000, immutable',
      }),
    )
  }
  return app
}

function assetOf(extension: string, type: string, content: string) {
  return { name: `console-${sha256(content).slice(0, 12)}.${extension}`, type, content }
}
