// Runs a bundled worker in workerd: node miniflare.mjs worker.js
import { createRequire } from 'node:module'

const { Miniflare } = createRequire(import.meta.url)('miniflare')

const worker = new Miniflare({
  cf: false,
  host: '127.0.0.1',
  port: 0,
  modules: [{ type: 'ESModule', path: process.argv[2] }],
  compatibilityDate: '2026-04-26',
  compatibilityFlags: ['nodejs_compat'],
  durableObjects: { KEYS: { className: 'Keys', useSQLite: true } },
})
const { port } = await worker.ready
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => worker.dispose())
process.stdout.write(`${JSON.stringify({ fetch: { ipv4: Number(port) } })}\n`)
