#!/usr/bin/env node
import { because, CliError } from './cli-error.js'
import { exitCodes } from './exit-codes.js'
import { fail, run } from './run.js'

// Everybody on the machine sees the arguments of a process, and a URL with a password can be among them.
process.title = 'rest-api-key'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Unless what reads it has seen enough, as `head` has.
  if (error.code !== 'EPIPE')
    fail(new CliError(exitCodes.unwritten, because('The output cannot be written', error)))
  process.exit(exitCodes.unwritten)
})
// Node would print the message, and a driver's may hold values.
process.on('uncaughtException', (error) => {
  fail(error)
  process.exit()
})

void run(process.argv.slice(2))
