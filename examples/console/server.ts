import { urlOf } from '../shared/usage.js'
import { frameworks } from './frameworks.js'
import { createParts } from './parts.js'

const name = process.argv[2] ?? 'express'
const isKnown = (text: string): text is keyof typeof frameworks => Object.hasOwn(frameworks, text)
if (!isKnown(name)) throw new Error(`Name one of ${Object.keys(frameworks).join(', ')}`)

const server = await frameworks[name](createParts())
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`Listening on ${urlOf(server)}; Ctrl-C ends it. Sign in at ${urlOf(server)}/sign-in`)
})
