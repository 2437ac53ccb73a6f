import { type ChangeFeed, createAuthorizer, type RestApiKeyError, sha256Digest } from 'rest-api-key'
import type { KeyRepository } from 'rest-api-key/management'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openManager, withKey } from '../management/support.js'
import { outcomeOf, requestWith } from './key-requests.js'
import { overheard, recordingListener } from './recording-listener.js'
import { canary, expectError } from './refusals.js'
import type { TcpProxy } from './tcp-proxy.js'

export interface OpenFeed {
  readonly feed: ChangeFeed
  /** The store of this process, and that of another one, over connections of its own. They are empty at first. */
  readonly here: Required<KeyRepository>
  readonly elsewhere: Required<KeyRepository>
  /** Sends this where digests are sent, as anybody who gets that far can. */
  send(message: string): Promise<unknown>
  close(): Promise<unknown>
}

/** One whose connections go through a proxy, and those of both stores do not. */
export interface OpenFeedThroughProxy extends OpenFeed {
  readonly proxy: TcpProxy
  /** The milliseconds within which a connection that has gone dumb is lost. */
  readonly detectionMs: number
}

export type OnError = (error: RestApiKeyError) => void

const digestOf = sha256Digest()

/** What every change feed does. */
export function runChangeFeedCases(name: string, open: (onError: OnError) => Promise<OpenFeed>): void {
  describe(name, () => {
    const context = openedForEach(open)

    it('is connected, and tells what another process creates, changes and deletes', async () => {
      const { elsewhere, listener } = await context.subscribe()
      const { acme } = await openManager({ repository: elsewhere })
      const { key, referenceId } = await withKey(acme)
      const news = `changed ${digestOf(referenceId)}`
      await listener.next(news)
      await acme.updateKey(key.id, { description: 'changed' })
      await listener.next(news)
      await acme.deactivateKey(key.id)
      await listener.next(news)
      await acme.deleteKey(key.id)
      await listener.next(news)
      expect(listener.heard[0]).toBe('connected')
      expect(context.errors).toEqual([])
    })

    it('misses nothing that changes as soon as it is connected', async () => {
      const { elsewhere, feed } = context.opened
      const { acme } = await openManager({ repository: elsewhere })
      const { group } = await withKey(acme)
      const listener = recordingListener()
      const created = new Promise<string>((resolve, reject) => {
        context.endings.push(
          feed.subscribe({
            ...listener,
            connected: () =>
              void acme
                .createKey({ groupId: group.id })
                .then(({ referenceId }) => resolve(referenceId), reject),
          }),
        )
      })
      await listener.next(`changed ${digestOf(await created)}`)
    })

    it('tells each of many changes at once', async () => {
      const { elsewhere, listener } = await context.subscribe()
      const { acme } = await openManager({ repository: elsewhere })
      const { group } = await withKey(acme)
      const created = await Promise.all(
        Array.from({ length: 50 }, () => acme.createKey({ groupId: group.id })),
      )
      await listener.all(created.map(({ referenceId }) => `changed ${digestOf(referenceId)}`))
    })

    it('tells nothing of a use', async () => {
      const { elsewhere, listener } = await context.subscribe()
      const { acme } = await openManager({ repository: elsewhere })
      const { group, key, referenceId } = await withKey(acme)
      await listener.next(`changed ${digestOf(referenceId)}`)
      await elsewhere.touch([{ id: key.id, at: new Date() }])
      const another = await acme.createKey({ groupId: group.id })
      await listener.next(`changed ${digestOf(another.referenceId)}`)
      expect(listener.heard).toHaveLength(3)
    })

    it.each(['', ' ', '\n', `plain:${canary}`, '漢', `${canary} `])(
      'takes %j for a change of any key, or of none, and goes on',
      async (message) => {
        const { elsewhere, send, listener } = await context.subscribe()
        await send(message)
        const { acme } = await openManager({ repository: elsewhere })
        const { referenceId } = await withKey(acme)
        await listener.next(`changed ${digestOf(referenceId)}`)
        const others = listener.heard.slice(1, -1)
        expect(others.every((news) => news === 'flush')).toBe(true)
        expect(context.errors).toEqual([])
      },
    )

    it('serves several subscribers, and the others when one has gone', async () => {
      const first = await context.subscribe()
      const second = await context.subscribe()
      const { acme } = await openManager({ repository: first.elsewhere })
      const { key, referenceId } = await withKey(acme)
      const news = `changed ${digestOf(referenceId)}`
      await Promise.all([first.listener.next(news), second.listener.next(news)])
      await first.end()
      const heardByFirst = [...first.listener.heard]
      await acme.deleteKey(key.id)
      await second.listener.next(news)
      expect(first.listener.heard).toEqual(heardByFirst)
    })

    it('ends at any moment, and twice', async () => {
      const { feed } = context.opened
      const listener = recordingListener()
      const end = feed.subscribe(listener)
      await Promise.all([end(), end()])
      await end()
      expect(listener.heard.every((news) => news === 'connected')).toBe(true)
      expect(context.errors).toEqual([])
    })

    it('lets an authorizer refuse what was revoked, and accept what was unknown, elsewhere', async () => {
      const { feed, here, elsewhere } = context.opened
      const listener = recordingListener()
      const { changes: _, ...store } = here
      const authorizer = createAuthorizer({ store, changes: overheard(feed, listener) })
      const outcome = async (id: string) => outcomeOf(await authorizer.authorize(requestWith(id)))
      try {
        await listener.next('connected')
        const { acme } = await openManager({ repository: elsewhere })
        const { key, referenceId } = await withKey(acme)
        await listener.next(`changed ${digestOf(referenceId)}`)
        expect(await outcome(referenceId)).toBe('allowed')
        await acme.deactivateKey(key.id)
        await listener.next(`changed ${digestOf(referenceId)}`)
        expect(await outcome(referenceId)).toBe('deactivated')

        const foreign = '0123456789ABCDEF0123456789ABCDEF'
        expect(await outcome(foreign)).toBe('unknown_key')
        await acme.importKey({ groupId: key.groupId as string, referenceId: foreign })
        await listener.next(`changed ${digestOf(foreign)}`)
        expect(await outcome(foreign)).toBe('allowed')
      } finally {
        await authorizer.close()
      }
    })
  })
}

/** What every change feed over a network does when something happens to it. */
export function runChangeFeedFaults(
  name: string,
  open: (onError: OnError) => Promise<OpenFeedThroughProxy>,
): void {
  describe(`${name}, when the network fails`, () => {
    const context = openedForEach(open)

    it('misses nothing when its connection ends', async () => {
      const { elsewhere, proxy, listener } = await context.subscribe()
      const { acme } = await openManager({ repository: elsewhere })
      const { key, referenceId } = await withKey(acme)
      const news = `changed ${digestOf(referenceId)}`
      await listener.next(news)
      await proxy.cut()
      await acme.deactivateKey(key.id)
      await proxy.heal()
      // A feed that is lost drops everything when it is connected again.
      await listener.next(news, 'connected')
      await acme.deleteKey(key.id)
      await listener.next(news)
      for (const error of context.errors) expectError(error, 'feed_failed')
    })

    it('is lost within its bound when nothing gets through any longer, and comes back', async () => {
      const { proxy, detectionMs, listener } = await context.subscribe()
      proxy.swallow()
      const begin = performance.now()
      await listener.next('lost')
      // The rest is for a machine that is busy.
      expect(performance.now() - begin).toBeLessThan(detectionMs + 1_000)
      await proxy.heal()
      await listener.next('connected')
      context.expectErrors()
    })

    it('connects as soon as it can, if nothing gets through at first', async () => {
      const { proxy, feed } = context.opened
      proxy.swallow()
      const listener = recordingListener()
      context.endings.push(feed.subscribe(listener))
      await context.failed()
      expect(listener.heard).toEqual([])
      await proxy.heal()
      await listener.next('connected')
      context.expectErrors()
    })

    it('ends while nothing gets through', async () => {
      const { proxy, listener, end } = await context.subscribe()
      proxy.swallow()
      await end()
      expect(listener.heard).toEqual(['connected'])
    })

    it('ends while it is connecting, and while it waits to connect again', async () => {
      const { proxy, feed } = context.opened
      proxy.swallow()
      const [connecting, waiting] = [recordingListener(), recordingListener()]
      await feed.subscribe(connecting)()
      const end = feed.subscribe(waiting)
      await context.failed()
      await end()
      expect([connecting.heard, waiting.heard]).toEqual([[], []])
    })
  })
}

/** A feed for each test, which is closed after it with all its subscriptions. */
function openedForEach<Feed extends OpenFeed>(open: (onError: OnError) => Promise<Feed>) {
  const endings: (() => Promise<void>)[] = []
  const errors: RestApiKeyError[] = []
  let opened: Feed
  let onNextError: () => void = () => {}

  beforeEach(async () => {
    errors.length = 0
    opened = await open((error) => {
      errors.push(error)
      onNextError()
    })
  })
  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
    await opened.close()
  })

  return {
    endings,
    errors,
    get opened() {
      return opened
    },
    async subscribe() {
      const listener = recordingListener()
      const end = opened.feed.subscribe(listener)
      endings.push(end)
      await listener.next('connected')
      return { ...opened, listener, end }
    },
    failed: () =>
      new Promise<void>((resolve) => {
        onNextError = resolve
      }),
    expectErrors() {
      expect(errors.length).toBeGreaterThan(0)
      for (const error of errors) expectError(error, 'feed_failed')
    },
  }
}
