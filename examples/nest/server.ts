import { createAuthorizer, memoryStore } from 'rest-api-key'
import { exampleKeys } from '../shared/keys.js'
import { printUsage } from '../shared/usage.js'
import { createApp } from './app.js'

const store = memoryStore({ keys: Object.values(exampleKeys) })
const app = await createApp(createAuthorizer({ store }))
await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
printUsage(app.getHttpServer())
