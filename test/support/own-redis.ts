import { afterAll } from 'vitest'
import { freePorts } from '../../scripts/services/free-ports.js'
import { redis } from '../../scripts/services/redis.js'
import { Sandbox } from '../../scripts/services/sandbox.js'

/** A server that a test may flush, halt or turn into a replica. */
export interface OwnRedis {
  readonly url: URL
  readonly sandbox: Sandbox
}

/** It stops when the tests of the file have ended. */
export async function startRedis(): Promise<OwnRedis> {
  const sandbox = new Sandbox(redis, new AbortController().signal)
  afterAll(() => sandbox.close())
  return { sandbox, url: new URL(await redis.start(sandbox, await freePorts(redis.ports))) }
}
