import { serve } from '@hono/node-server'
import { createAuthorizer, memoryStore } from 'rest-api-key'
import { exampleKeys } from '../shared/keys.js'
import { printUsage } from '../shared/usage.js'
import { createApp } from './app.js'

const store = memoryStore({ keys: Object.values(exampleKeys) })
const { fetch } = createApp(createAuthorizer({ store }))
const port = Number(process.env.PORT ?? 3000)
const server = serve({ fetch, port, hostname: '127.0.0.1' }, () => printUsage(server))
